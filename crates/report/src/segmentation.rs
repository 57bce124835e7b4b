//! Class map as an overlay of its image.

use scalenas_data::Image8;

use crate::error::{Error, Result};
use crate::raster::{Rgb, blend};

/// Class of unlabelled pixels, which stay as they are.
pub const IGNORED_CLASS: u8 = 255;
/// Factor on the brightness of the line between two classes.
const BORDER_SHADE: f64 = 0.55;

/// The 19 training classes of Cityscapes in the colours of the data set.
const CITYSCAPES: [Rgb; 19] = [
    [128, 64, 128],
    [244, 35, 232],
    [70, 70, 70],
    [102, 102, 156],
    [190, 153, 153],
    [153, 153, 153],
    [250, 170, 30],
    [220, 220, 0],
    [107, 142, 35],
    [152, 251, 152],
    [70, 130, 180],
    [220, 20, 60],
    [255, 0, 0],
    [0, 0, 142],
    [0, 0, 70],
    [0, 60, 100],
    [0, 80, 100],
    [0, 0, 230],
    [119, 11, 32],
];

/// Colour of each class.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Palette(Vec<Rgb>);

impl Palette {
    /// The 19 training classes of Cityscapes.
    pub fn cityscapes() -> Self {
        Self(CITYSCAPES.to_vec())
    }

    /// Palette of any list of colours; classes beyond its end start over.
    ///
    /// `None` if the list is empty.
    pub fn new(colours: Vec<[u8; 3]>) -> Option<Self> {
        (!colours.is_empty()).then_some(Self(colours))
    }

    fn colour(&self, class: u8) -> Rgb {
        self.0[usize::from(class) % self.0.len()]
    }
}

/// Tints every pixel of an image in the colour of its class, with a darker line between classes.
///
/// `classes` is `[height, width]` like the image; `opacity` in `0..=1` is the share of the colour.
///
/// # Errors
/// [`Error::ClassMap`] if the numbers of pixels differ.
pub fn overlay(image: &Image8, classes: &[u8], palette: &Palette, opacity: f64) -> Result<Image8> {
    crate::raster::check(image)?;
    let (width, height) = (image.width, image.height);
    let (found, expected) = (classes.len(), width * height);
    if found != expected {
        return Err(Error::ClassMap { width, height, found, expected });
    }
    let mut drawn = image.clone();
    for (index, pixel) in drawn.pixels.chunks_exact_mut(3).enumerate() {
        let class = classes[index];
        if class == IGNORED_CLASS {
            continue;
        }
        let right = (index % width + 1 < width).then(|| classes[index + 1]);
        let below = classes.get(index + width).copied();
        let border = [right, below].into_iter().flatten().any(|other| other != class);
        let shade = if border { BORDER_SHADE } else { 1.0 };
        let colour = palette.colour(class).map(|value| (f64::from(value) * shade) as u8);
        blend(pixel, colour, opacity.clamp(0.0, 1.0));
    }
    Ok(drawn)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ignored_pixels_stay_and_borders_are_darker() {
        let image = Image8 { width: 4, height: 1, pixels: vec![100; 12] };
        let palette = Palette::new(vec![[200; 3], [0; 3]]).unwrap();
        let drawn = overlay(&image, &[0, 0, 1, IGNORED_CLASS], &palette, 0.5).unwrap();
        let red: Vec<u8> = drawn.pixels.iter().copied().step_by(3).collect();
        assert_eq!(red, [150, 105, 50, 100]);
    }

    #[test]
    fn sizes_must_agree() {
        let image = Image8 { width: 2, height: 2, pixels: vec![0; 12] };
        let error = overlay(&image, &[0; 3], &Palette::cityscapes(), 0.5).unwrap_err();
        assert_eq!(error.to_string(), "class map: holds 3 pixels, its image of 2x2 holds 4");
    }
}
