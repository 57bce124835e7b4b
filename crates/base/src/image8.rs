//! RGB pictures of 8 bits per channel: reading, checking for truncation, writing.
//!
//! The orientation tag of EXIF is ignored: annotations refer to the stored pixels.

use std::fs;
use std::io::Cursor;
use std::path::Path;

use image::codecs::jpeg::JpegEncoder;
use image::{ExtendedColorType, ImageFormat};

use crate::Size;

/// A picture file that is missing, truncated or of another format.
#[derive(Debug, thiserror::Error)]
#[error("{path}: {problem}; accepted: a complete JPEG or PNG picture")]
pub struct PictureError {
    /// The file.
    pub path: String,
    /// Reason of the decoder or of the operating system.
    pub problem: String,
}

/// An RGB picture, `pixels` is `[height, width, 3]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Image8 {
    /// Columns.
    pub width: usize,
    /// Rows.
    pub height: usize,
    /// Red, green and blue of each pixel, row by row.
    pub pixels: Vec<u8>,
}

impl Image8 {
    /// A black picture.
    pub fn black(size: impl Into<Size>) -> Self {
        let Size { height, width } = size.into();
        Self { width, height, pixels: vec![0; width * height * 3] }
    }

    /// Rows and columns.
    pub fn size(&self) -> Size {
        Size::new(self.height, self.width)
    }

    /// Reads a JPEG or PNG file.
    ///
    /// # Errors
    /// When the file is missing, is no such picture or ends early.
    pub fn read(path: impl AsRef<Path>) -> Result<Self, PictureError> {
        let path = path.as_ref();
        let error = |problem| PictureError { path: path.display().to_string(), problem };
        let bytes = fs::read(path).map_err(|e| error(format!("cannot read: {e}")))?;
        Self::decode(&bytes).map_err(error)
    }

    /// Decodes a JPEG or PNG picture.
    ///
    /// # Errors
    /// The reason, when the bytes are no such picture or end early.
    pub fn decode(bytes: &[u8]) -> Result<Self, String> {
        if bytes.is_empty() {
            return Err("the file is empty".into());
        }
        let format = image::guess_format(bytes).map_err(|e| e.to_string())?;
        if format == ImageFormat::Jpeg && !jpeg_is_complete(bytes) {
            return Err("the JPEG data is cut off (no end marker)".into());
        }
        let decoded =
            image::load_from_memory_with_format(bytes, format).map_err(|e| e.to_string())?;
        let rgb = decoded.into_rgb8();
        let (width, height) = (rgb.width() as usize, rgb.height() as usize);
        Ok(Self { width, height, pixels: rgb.into_raw() })
    }

    /// The picture as JPEG; `quality` from 1 to 100.
    pub fn to_jpeg(&self, quality: u8) -> Vec<u8> {
        let mut bytes = Vec::new();
        JpegEncoder::new_with_quality(&mut bytes, quality)
            .encode(&self.pixels, self.width as u32, self.height as u32, ExtendedColorType::Rgb8)
            .expect("writing to memory, sizes match");
        bytes
    }

    /// The picture as PNG.
    pub fn to_png(&self) -> Vec<u8> {
        let mut bytes = Cursor::new(Vec::new());
        image::write_buffer_with_format(
            &mut bytes,
            &self.pixels,
            self.width as u32,
            self.height as u32,
            ExtendedColorType::Rgb8,
            ImageFormat::Png,
        )
        .expect("writing to memory, sizes match");
        bytes.into_inner()
    }
}

/// Whether an end marker follows the start of the scan. Decoders fill what is missing with grey
/// and say nothing; markers cannot occur inside scan data, and those of an embedded preview come
/// before the scan.
fn jpeg_is_complete(bytes: &[u8]) -> bool {
    scan_start(bytes)
        .is_some_and(|start| bytes[start..].windows(2).rev().any(|m| m == [0xFF, 0xD9]))
}

/// Offset behind the header of the first scan.
fn scan_start(bytes: &[u8]) -> Option<usize> {
    const START_OF_SCAN: u8 = 0xDA;
    let mut at = 2;
    loop {
        let marker = *bytes.get(at + 1)?;
        if bytes[at] != 0xFF || marker == 0xFF {
            at += 1;
            continue;
        }
        let length = usize::from(u16::from_be_bytes([*bytes.get(at + 2)?, *bytes.get(at + 3)?]));
        at += 2 + length;
        if marker == START_OF_SCAN {
            return (at < bytes.len()).then_some(at);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn noise() -> Image8 {
        let pixels = (0..40 * 30 * 3).map(|i: u32| (i.wrapping_mul(2_654_435_761) >> 24) as u8);
        Image8 { width: 40, height: 30, pixels: pixels.collect() }
    }

    #[test]
    fn png_round_trip_is_exact() {
        assert_eq!(Image8::decode(&noise().to_png()).unwrap(), noise());
    }

    #[test]
    fn every_truncation_is_noticed() {
        // The last bytes that count: half of JPEG's end marker, half of the last PNG pixels.
        for (bytes, last) in [(noise().to_jpeg(90), 1), (noise().to_png(), 20)] {
            assert!(Image8::decode(&bytes).is_ok());
            for kept in [0, 1, 10, bytes.len() / 2, bytes.len() - 100, bytes.len() - last] {
                assert!(Image8::decode(&bytes[..kept]).is_err(), "{kept} of {}", bytes.len());
            }
        }
    }
}
