//! RGB pictures of 8 bits per channel: reading, checking for truncation, writing.
//!
//! The orientation tag of EXIF is applied on demand only: annotations usually refer to the stored pixels.

use std::fs;
use std::io::Cursor;
use std::path::Path;

use image::codecs::jpeg::JpegEncoder;
use image::metadata::Orientation;
use image::{DynamicImage, ExtendedColorType, ImageDecoder, ImageFormat, ImageReader, Limits};

use crate::Size;

/// Usual size of the largest decoded picture in MiB of red, green and blue: a square of 26,000 pixels.
const LARGEST_MIB: usize = 2 << 10;

/// Options of reading picture files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PictureOptions {
    /// Whether pictures are turned and mirrored as their EXIF orientation tag says.
    pub apply_exif: bool,
    /// Size of the largest decoded picture, in MiB of red, green and blue.
    pub largest_mib: usize,
}

impl Default for PictureOptions {
    fn default() -> Self {
        Self { apply_exif: false, largest_mib: LARGEST_MIB }
    }
}

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
        Self::read_with(path, PictureOptions::default())
    }

    /// [`read`](Self::read), with options.
    ///
    /// # Errors
    /// Those of [`read`](Self::read), and when the decoded picture is larger than the options allow.
    pub fn read_with(
        path: impl AsRef<Path>,
        options: PictureOptions,
    ) -> Result<Self, PictureError> {
        let path = path.as_ref();
        let error = |problem| PictureError { path: path.display().to_string(), problem };
        let bytes = fs::read(path).map_err(|e| error(format!("cannot read: {e}")))?;
        Self::decode_with(&bytes, options).map_err(error)
    }

    /// Size of the picture in a file, without decoding it.
    ///
    /// # Errors
    /// When the file is missing or no JPEG or PNG picture.
    pub fn read_size(
        path: impl AsRef<Path>,
        options: PictureOptions,
    ) -> Result<Size, PictureError> {
        let path = path.as_ref();
        let error = |problem| PictureError { path: path.display().to_string(), problem };
        let reader = ImageReader::open(path).and_then(ImageReader::with_guessed_format);
        let reader = reader.map_err(|e| error(format!("cannot read: {e}")))?;
        let mut decoder = reader.into_decoder().map_err(|e| error(e.to_string()))?;
        let (width, height) = decoder.dimensions();
        let stored = Size::new(height as usize, width as usize);
        let turned = options.apply_exif && decoder.orientation().is_ok_and(exchanges_sides);
        Ok(if turned { Size::new(stored.width, stored.height) } else { stored })
    }

    /// Decodes a JPEG or PNG picture.
    ///
    /// # Errors
    /// The reason, when the bytes are no such picture or end early.
    pub fn decode(bytes: &[u8]) -> Result<Self, String> {
        Self::decode_with(bytes, PictureOptions::default())
    }

    /// [`decode`](Self::decode), with options.
    ///
    /// # Errors
    /// The reason, also when the decoded picture is larger than the options allow.
    pub fn decode_with(bytes: &[u8], options: PictureOptions) -> Result<Self, String> {
        if bytes.is_empty() {
            return Err("the file is empty".into());
        }
        let format = image::guess_format(bytes).map_err(|e| e.to_string())?;
        if format == ImageFormat::Jpeg && !jpeg_is_complete(bytes) {
            return Err("the JPEG data is cut off (no end marker)".into());
        }
        let mut decoder = decoder(bytes, format)?;
        check_size(decoder.dimensions(), options.largest_mib)?;
        let orientation = if options.apply_exif { decoder.orientation().ok() } else { None };
        let mut decoded = DynamicImage::from_decoder(decoder).map_err(|e| e.to_string())?;
        decoded.apply_orientation(orientation.unwrap_or(Orientation::NoTransforms));
        let pixels = decoded.into_rgb8();
        let (width, height) = (pixels.width() as usize, pixels.height() as usize);
        Ok(Self { width, height, pixels: pixels.into_raw() })
    }

    /// Whether the EXIF orientation tag of a file asks viewers to turn or mirror it.
    pub fn has_orientation(path: impl AsRef<Path>) -> bool {
        let orientation = || {
            let bytes = fs::read(path).ok()?;
            let format = image::guess_format(&bytes).ok()?;
            decoder(&bytes, format).ok()?.orientation().ok()
        };
        orientation().is_some_and(|found| found != Orientation::NoTransforms)
    }

    /// The picture as JPEG of `quality` 1 to 100 with its extension; as PNG where a side is longer than
    /// JPEG can say.
    pub fn to_file(&self, quality: u8) -> (Vec<u8>, &'static str) {
        let longest = usize::from(u16::MAX);
        if self.width.max(self.height) > longest {
            return (self.to_png(), "png");
        }
        (self.to_jpeg(quality), "jpg")
    }

    /// The picture as JPEG; `quality` from 1 to 100.
    ///
    /// # Panics
    /// When a side has more than 65,535 pixels.
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

/// Whether an orientation makes rows of columns.
fn exchanges_sides(orientation: Orientation) -> bool {
    matches!(
        orientation,
        Orientation::Rotate90
            | Orientation::Rotate270
            | Orientation::Rotate90FlipH
            | Orientation::Rotate270FlipH
    )
}

/// Refuses pictures that are larger than `largest` MiB when decoded.
fn check_size((width, height): (u32, u32), largest: usize) -> Result<(), String> {
    let bytes = u64::from(width).saturating_mul(u64::from(height)).saturating_mul(3);
    if bytes <= (largest as u64) << 20 {
        return Ok(());
    }
    Err(format!(
        "has {width}x{height} pixels, {} MiB when decoded; the limit is {largest} MiB \
         (--largest-picture)",
        bytes.div_ceil(1 << 20)
    ))
}

fn decoder(bytes: &[u8], format: ImageFormat) -> Result<impl ImageDecoder + '_, String> {
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    // The size is compared with a limit of our own, which the message can name.
    reader.limits(Limits::no_limits());
    reader.into_decoder().map_err(|e| e.to_string())
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
