//! Fingerprints of pictures: their brightness on a grid of 16 by 16, without mean and contrast.

use std::path::PathBuf;

use rayon::prelude::*;
use scalenas_base::{Image8, PictureOptions, Size};

use crate::pictures::read_sized;
use crate::{Error, Result};

/// Cells per side.
const SIDE: usize = 16;

/// Brightness of a picture on a grid, with mean 0 and length 1, so that the product of two is their
/// correlation.
#[derive(Clone, Debug, PartialEq)]
pub struct Fingerprint(Vec<f32>);

impl Fingerprint {
    /// Of a picture with at least one pixel.
    pub fn new(picture: &Image8) -> Self {
        let cells = (0..SIDE * SIDE).map(|cell| brightness(picture, cell / SIDE, cell % SIDE));
        let mut cells: Vec<f32> = cells.collect();
        let mean = cells.iter().sum::<f32>() / cells.len() as f32;
        for cell in &mut cells {
            *cell -= mean;
        }
        let length = cells.iter().map(|cell| cell * cell).sum::<f32>().sqrt();
        // A picture of one colour is like no other.
        let scale = if length > 1e-3 { length.recip() } else { 0.0 };
        for cell in &mut cells {
            *cell *= scale;
        }
        Self(cells)
    }

    /// Correlation with another one, -1 to 1.
    pub fn correlation(&self, other: &Self) -> f32 {
        self.0.iter().zip(&other.0).map(|(a, b)| a * b).sum()
    }
}

/// Mean brightness of a cell; cells are at least one pixel.
fn brightness(picture: &Image8, row: usize, column: usize) -> f32 {
    let span = |index: usize, side: usize| {
        let first = (index * side / SIDE).min(side.saturating_sub(1));
        first..((index + 1) * side / SIDE).clamp(first + 1, side.max(1))
    };
    let (rows, columns) = (span(row, picture.height), span(column, picture.width));
    let count = (rows.len() * columns.len() * 3) as f32;
    let sum = |y: usize| {
        let at = (y * picture.width + columns.start) * 3;
        let pixels = &picture.pixels[at..at + columns.len() * 3];
        pixels.iter().map(|&value| u64::from(value)).sum::<u64>()
    };
    rows.map(sum).sum::<u64>() as f32 / count
}

/// Reads pictures, each with its size in the annotations if there is one: their fingerprints, and those
/// that cannot be used, with the reason.
pub fn scan(
    pictures: &[(PathBuf, Option<Size>)],
    options: PictureOptions,
) -> (Vec<Option<Fingerprint>>, Vec<String>) {
    let read = |(path, size): &(PathBuf, Option<Size>)| -> Result<Fingerprint> {
        let picture = match size {
            Some(size) => read_sized(path, *size, options)?,
            None => Image8::read_with(path, options)?,
        };
        Ok(Fingerprint::new(&picture))
    };
    let found: Vec<_> = pictures.par_iter().map(read).collect();
    let bad = found.iter().filter_map(|found| found.as_ref().err()).map(Error::to_string).collect();
    (found.into_iter().map(Result::ok).collect(), bad)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pattern(width: usize, height: usize, shift: usize) -> Image8 {
        let pixels = (0..width * height).flat_map(|at| {
            let (x, y) = (at % width, at / width);
            let value =
                (((x + shift) * 7 / width.max(1)) * 40 + (y * 5 / height.max(1)) * 20) as u8;
            [value; 3]
        });
        Image8 { width, height, pixels: pixels.collect() }
    }

    #[test]
    fn size_and_brightness_do_not_matter_and_content_does() {
        let of = |picture: &Image8| Fingerprint::new(picture);
        let (large, small) = (pattern(320, 240, 0), pattern(160, 120, 0));
        assert!(of(&large).correlation(&of(&small)) > 0.99);
        let mut bright = large.clone();
        for value in &mut bright.pixels {
            *value = *value / 2 + 100;
        }
        assert!(of(&large).correlation(&of(&bright)) > 0.99);
        assert!(of(&large).correlation(&of(&pattern(320, 240, 140))) < 0.9);
        assert!(of(&Image8::black((10, 10))).correlation(&of(&Image8::black((9, 9)))) < 0.01);
        let dot = Image8 { width: 1, height: 1, pixels: vec![9; 3] };
        assert!(of(&dot).correlation(&of(&dot)).abs() < 0.01);
    }
}
