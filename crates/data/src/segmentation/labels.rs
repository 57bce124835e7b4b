//! Label pictures: PNG files whose pixels are classes, by their [`Labelling`].
//!
//! Another kind of PNG than the coding asks for is refused: a decoder would turn it into other values
//! without a word.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use image::{ExtendedColorType, ImageFormat};
use png::{Decoder, Transformations};
use scalenas_base::Size;

use super::coding::{LabelCoding, Labelling};
use crate::{Error, Result};

/// Class of pixels that take no part in training and evaluation.
pub const IGNORED: u8 = 255;

/// Bytes that every PNG file starts with.
const SIGNATURE: [u8; 8] = *b"\x89PNG\r\n\x1a\n";
/// Offset of the bit depth in a PNG file's header; the colour type follows.
const DEPTH_AT: usize = 24;

/// Class of every pixel, `[height, width]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LabelMap {
    /// Columns.
    pub width: usize,
    /// Rows.
    pub height: usize,
    /// Class of each pixel, row by row; [`IGNORED`] where none is labelled.
    pub classes: Vec<u8>,
}

impl LabelMap {
    /// Reads a label picture and maps its values.
    ///
    /// # Errors
    /// When the file is missing, cut off, another kind of PNG than the coding says, or has a value or
    /// colour that the labelling does not know.
    pub fn read(path: impl AsRef<Path>, labelling: &Labelling) -> Result<Self> {
        let path = path.as_ref();
        let error = |problem| Error::labels(path, labelling.coding, problem);
        let bytes = fs::read(path).map_err(|e| error(format!("cannot read: {e}")))?;
        Self::decode(&bytes, labelling).map_err(error)
    }

    /// Label values in a file, whatever they mean.
    ///
    /// # Errors
    /// When the file is missing, cut off or not an 8-bit grey PNG.
    pub fn values(path: impl AsRef<Path>) -> Result<BTreeSet<u8>> {
        Ok(Self::read(path, &Labelling::identity())?.classes.into_iter().collect())
    }

    fn decode(bytes: &[u8], labelling: &Labelling) -> std::result::Result<Self, String> {
        let kind = check_header(bytes, labelling.coding)?;
        if labelling.coding == LabelCoding::Colours {
            let decoded = image::load_from_memory_with_format(bytes, ImageFormat::Png)
                .map_err(|e| e.to_string())?
                .into_rgb8();
            let (width, height) = (decoded.width() as usize, decoded.height() as usize);
            let classes = labelling.of_colours(&decoded, width)?;
            return Ok(Self { width, height, classes });
        }
        let (values, size) = values(bytes, kind)?;
        let classes = labelling.of_values(values, size.width)?;
        Ok(Self { width: size.width, height: size.height, classes })
    }

    /// Rows and columns.
    pub fn size(&self) -> Size {
        Size::new(self.height, self.width)
    }

    /// Label values of `size` pixels as an 8-bit grey PNG.
    pub fn encode(values: &[u8], size: impl Into<Size>) -> Vec<u8> {
        let size = size.into();
        let mut bytes = std::io::Cursor::new(Vec::new());
        let (width, height) = (size.width as u32, size.height as u32);
        let colour = ExtendedColorType::L8;
        image::write_buffer_with_format(
            &mut bytes,
            values,
            width,
            height,
            colour,
            ImageFormat::Png,
        )
        .expect("writing to memory, sizes match");
        bytes.into_inner()
    }
}

/// Kind of a label picture: bits per pixel and PNG's number of the colour type.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Kind {
    depth: u8,
    colour: u8,
}

/// PNG's number of the colour type: grey.
const GREY: u8 = 0;
/// Red, green and blue.
const RGB: u8 = 2;
/// Positions in a palette.
const PALETTE: u8 = 3;
/// Red, green, blue and transparency.
const RGBA: u8 = 6;

/// Checks depth and colour type in the header, before a decoder converts the pixels.
fn check_header(bytes: &[u8], coding: LabelCoding) -> std::result::Result<Kind, String> {
    if !bytes.starts_with(&SIGNATURE) {
        return Err("is not a PNG file".to_owned());
    }
    let [depth, colour] = bytes.get(DEPTH_AT..DEPTH_AT + 2).ok_or("the file is cut off")? else {
        unreachable!("two bytes were asked for")
    };
    let kind = match colour {
        0 => "grey",
        2 => "colour",
        3 => "palette",
        4 => "grey with transparency",
        _ => "colour with transparency",
    };
    let found = Kind { depth: *depth, colour: *colour };
    let is_accepted = match coding {
        LabelCoding::Values => (*depth, *colour) == (8, GREY),
        LabelCoding::Palette => *colour == PALETTE || (*depth, *colour) == (8, GREY),
        LabelCoding::Colours => *colour == PALETTE || (*depth == 8 && [RGB, RGBA].contains(colour)),
    };
    if is_accepted {
        return Ok(found);
    }
    let way_on = match (coding, *colour) {
        (LabelCoding::Values, PALETTE) => " (facts with label_coding: Palette read such files)",
        (LabelCoding::Values | LabelCoding::Palette, RGB | RGBA) => {
            " (facts with label_coding: Colours read such files)"
        }
        _ => "",
    };
    Err(format!("is a {depth}-bit {kind} picture{way_on}"))
}

/// Grey values or positions in the palette, one byte per pixel.
fn values(bytes: &[u8], kind: Kind) -> std::result::Result<(Vec<u8>, Size), String> {
    let mut decoder = Decoder::new(std::io::Cursor::new(bytes));
    // Positions stay as they are stored.
    decoder.set_transformations(Transformations::IDENTITY);
    let mut reader = decoder.read_info().map_err(|e| e.to_string())?;
    let length = reader.output_buffer_size().ok_or("is too large")?;
    let mut packed = vec![0; length];
    let info = reader.next_frame(&mut packed).map_err(|e| e.to_string())?;
    let size = Size::new(info.height as usize, info.width as usize);
    let rows = packed.chunks(info.line_size).take(size.height);
    let values = rows.flat_map(|row| unpacked(row, kind.depth).take(size.width)).collect();
    Ok((values, size))
}

/// Values of `depth` bits each, the first in the highest bits.
fn unpacked(row: &[u8], depth: u8) -> impl Iterator<Item = u8> {
    let mask = u8::MAX >> (8 - depth);
    let places = (0..8 / depth).rev().map(move |place| place * depth);
    row.iter().flat_map(move |&byte| places.clone().map(move |shift| (byte >> shift) & mask))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table() -> Labelling {
        let mut table = [None; 256];
        (table[7], table[8], table[0]) = (Some(0), Some(1), Some(IGNORED));
        Labelling { values: table, ..Labelling::identity() }
    }

    #[test]
    fn values_become_classes() {
        let bytes = LabelMap::encode(&[7, 8, 0, 7, 7, 8], (2, 3));
        let map = LabelMap::decode(&bytes, &table()).unwrap();
        assert_eq!((map.width, map.height), (3, 2));
        assert_eq!(map.classes, [0, 1, IGNORED, 0, 0, 1]);
    }

    /// A PNG file of 3 x 2 pixels with a palette.
    fn with_palette(depth: png::BitDepth, rows: &[u8]) -> Vec<u8> {
        let mut bytes = Vec::new();
        let mut encoder = png::Encoder::new(&mut bytes, 3, 2);
        encoder.set_color(png::ColorType::Indexed);
        encoder.set_depth(depth);
        encoder.set_palette(vec![0, 0, 0, 200, 0, 0, 0, 200, 0]);
        encoder.write_header().unwrap().write_image_data(rows).unwrap();
        bytes
    }

    #[test]
    fn palettes_are_read_by_position_or_by_colour() {
        let (mut by_position, mut by_colour) = (Labelling::identity(), Labelling::identity());
        by_position.coding = LabelCoding::Palette;
        by_colour.coding = LabelCoding::Colours;
        by_colour.colours = [([0, 0, 0], IGNORED), ([200, 0, 0], 4), ([0, 200, 0], 9)].into();
        let whole = with_palette(png::BitDepth::Eight, &[0, 1, 2, 2, 2, 1]);
        let packed = with_palette(png::BitDepth::Two, &[0b00_01_10_00, 0b10_10_01_00]);
        for bytes in [whole, packed] {
            let map = LabelMap::decode(&bytes, &by_position).unwrap();
            assert_eq!((map.size(), map.classes), (Size::new(2, 3), vec![0, 1, 2, 2, 2, 1]));
            let map = LabelMap::decode(&bytes, &by_colour).unwrap();
            assert_eq!(map.classes, [IGNORED, 4, 9, 9, 9, 4]);
            let problem = LabelMap::decode(&bytes, &table()).unwrap_err();
            assert!(problem.contains("label_coding: Palette"), "{problem}");
        }
        by_colour.colours.remove(&[200, 0, 0]);
        let bytes = with_palette(png::BitDepth::Eight, &[0, 0, 2, 2, 1, 1]);
        let problem = LabelMap::decode(&bytes, &by_colour).unwrap_err();
        assert!(problem.contains("colour (200, 0, 0) in row 1, column 1"), "{problem}");
    }

    #[test]
    fn other_pictures_are_named() {
        let encode = |pixels: &[u8], colour| {
            let mut bytes = std::io::Cursor::new(Vec::new());
            let format = ImageFormat::Png;
            image::write_buffer_with_format(&mut bytes, pixels, 2, 1, colour, format).unwrap();
            bytes.into_inner()
        };
        let unknown = LabelMap::encode(&[7, 7, 7, 9], (2, 2));
        let cut = LabelMap::encode(&[7; 400], (20, 20));
        let mut palette = cut.clone();
        palette[DEPTH_AT + 1] = 3;
        for (bytes, said) in [
            (unknown, "value 9 in row 1, column 1"),
            (encode(&[7, 0, 7, 0], ExtendedColorType::L16), "16-bit grey"),
            (encode(&[7; 6], ExtendedColorType::Rgb8), "8-bit colour picture"),
            (encode(&[7; 4], ExtendedColorType::La8), "grey with transparency"),
            (palette, "8-bit palette picture"),
            (b"\xFF\xD8\xFF".to_vec(), "not a PNG"),
            (cut[..20].to_vec(), "cut off"),
        ] {
            let problem = LabelMap::decode(&bytes, &table()).unwrap_err();
            assert!(problem.contains(said), "{problem}");
        }
        assert!(LabelMap::decode(&cut[..cut.len() / 2], &table()).is_err());
    }
}
