//! Contact sheet: sample predictions side by side.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::svg::{Anchor, Drawing, Element, Size, label, text_width};
use crate::theme::Ink;

const CELL_WIDTH: f64 = 300.0;
const CELL_HEIGHT: f64 = 225.0;
const CAPTION: f64 = 30.0;
const GAP: f64 = 16.0;

/// Image with a caption.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sample {
    /// Caption, e.g. image, score and OKS.
    pub caption: String,
    /// Bytes of a PNG or JPEG file.
    pub image: Vec<u8>,
}

impl Sample {
    /// The image as a `data:` address, so that the picture needs no other file.
    pub(crate) fn address(&self) -> String {
        let kind = match self.image.as_slice() {
            [0x89, b'P', b'N', b'G', ..] => "image/png",
            [0xff, 0xd8, ..] => "image/jpeg",
            _ => "application/octet-stream",
        };
        format!("data:{kind};base64,{}", STANDARD.encode(&self.image))
    }
}

/// Draws a grid of samples with their captions as an SVG file; `columns` is at least 1.
pub fn contact_sheet_svg(samples: &[Sample], columns: usize) -> String {
    let columns = columns.clamp(1, samples.len().max(1));
    let rows = samples.len().div_ceil(columns);
    let cell = |(index, sample): (usize, &Sample)| {
        let (row, column) = (index / columns, index % columns);
        let x = GAP + column as f64 * (CELL_WIDTH + GAP);
        let y = GAP + row as f64 * (CELL_HEIGHT + CAPTION + GAP);
        let image = Element::rect((x, y), (CELL_WIDTH, CELL_HEIGHT)).fill(Ink::Panel);
        let address = sample.address();
        let picture = Element::new("image")
            .set("x", x)
            .set("y", y)
            .set("width", CELL_WIDTH)
            .set("height", CELL_HEIGHT)
            .set("href", address.as_str());
        let caption = shortened(&sample.caption, CELL_WIDTH);
        let at = (x, y + CELL_HEIGHT + 18.0);
        let caption = label(&caption, at, Size::Small, Anchor::Start, Ink::Text);
        [image, picture, caption.tooltip(&sample.caption)]
    };
    let content = samples.iter().enumerate().flat_map(cell).collect();
    Drawing {
        width: GAP + columns as f64 * (CELL_WIDTH + GAP),
        height: GAP + rows as f64 * (CELL_HEIGHT + CAPTION + GAP),
        description: format!("{} sample predictions", samples.len()),
        content,
    }
    .standalone()
}

/// Caption, cut to the width of its picture.
fn shortened(text: &str, width: f64) -> String {
    if text_width(text, Size::Small) <= width {
        return text.into();
    }
    let mut short = String::new();
    for character in text.chars() {
        short.push(character);
        if text_width(&short, Size::Small) > width - 14.0 {
            break;
        }
    }
    short + "…"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sheet_embeds_its_images() {
        let sample = Sample { caption: "OKS < 1 ".repeat(20), image: vec![0xff, 0xd8, 1, 2] };
        let svg = contact_sheet_svg(&[sample.clone(), sample], 3);
        assert_eq!(svg.matches("data:image/jpeg;base64,/9gBAg==").count(), 2);
        assert!(svg.contains("…"));
    }

    #[test]
    fn an_empty_sheet_draws() {
        assert!(contact_sheet_svg(&[], 4).ends_with("</svg>\n"));
    }
}
