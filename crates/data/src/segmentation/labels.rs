//! Label pictures: 8-bit grey PNG files whose values are classes.
//!
//! A colour picture, a palette or 16 bits are refused: a decoder would turn them into other values
//! without a word.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use image::{ExtendedColorType, ImageFormat};
use scalenas_base::Size;

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
    /// When the file is missing, cut off, not an 8-bit grey PNG, or has a value that `table` does
    /// not know.
    pub fn read(path: impl AsRef<Path>, table: &[Option<u8>; 256]) -> Result<Self> {
        let path = path.as_ref();
        let bytes = fs::read(path).map_err(|e| Error::labels(path, format!("cannot read: {e}")))?;
        Self::decode(&bytes, table).map_err(|problem| Error::labels(path, problem))
    }

    /// Label values in a file, whatever they mean.
    ///
    /// # Errors
    /// When the file is missing, cut off or not an 8-bit grey PNG.
    pub fn values(path: impl AsRef<Path>) -> Result<BTreeSet<u8>> {
        let all = std::array::from_fn(|value| Some(value as u8));
        Ok(Self::read(path, &all)?.classes.into_iter().collect())
    }

    fn decode(bytes: &[u8], table: &[Option<u8>; 256]) -> std::result::Result<Self, String> {
        check_header(bytes)?;
        let decoded = image::load_from_memory_with_format(bytes, ImageFormat::Png)
            .map_err(|e| e.to_string())?
            .into_luma8();
        let (width, height) = (decoded.width() as usize, decoded.height() as usize);
        let mut classes = decoded.into_raw();
        for (index, value) in classes.iter_mut().enumerate() {
            *value = table[usize::from(*value)].ok_or_else(|| {
                let (row, column) = (index / width, index % width);
                format!(
                    "value {value} in row {row}, column {column} is not in the data set's facts"
                )
            })?;
        }
        Ok(Self { width, height, classes })
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

/// Checks depth and colour type in the header, before a decoder converts the pixels.
fn check_header(bytes: &[u8]) -> std::result::Result<(), String> {
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
    if (*depth, *colour) == (8, 0) {
        return Ok(());
    }
    Err(format!("is a {depth}-bit {kind} picture"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table() -> [Option<u8>; 256] {
        let mut table = [None; 256];
        (table[7], table[8], table[0]) = (Some(0), Some(1), Some(IGNORED));
        table
    }

    #[test]
    fn values_become_classes() {
        let bytes = LabelMap::encode(&[7, 8, 0, 7, 7, 8], (2, 3));
        let map = LabelMap::decode(&bytes, &table()).unwrap();
        assert_eq!((map.width, map.height), (3, 2));
        assert_eq!(map.classes, [0, 1, IGNORED, 0, 0, 1]);
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
