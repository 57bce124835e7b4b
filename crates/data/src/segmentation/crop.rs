//! Crops of scaled pictures and of their labels.
//!
//! Pictures are resampled bilinearly between pixel centres, labels take the nearest pixel, both as
//! OpenCV's `resize` does; only the crop is computed. Pixels outside the picture are black and take
//! no part.

use scalenas_base::{Image8, Size};

use super::labels::{IGNORED, LabelMap};
use crate::pictures::{Mirror, Tap};

/// A crop of a scaled picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Crop {
    /// Size of the whole scaled picture.
    pub scaled: Size,
    /// First column of the crop in the scaled picture.
    pub left: usize,
    /// First row of the crop in the scaled picture.
    pub top: usize,
    /// Mirroring of the crop.
    pub mirror: Mirror,
}

impl Crop {
    /// The whole picture, scaled to `size`.
    pub fn whole(size: impl Into<Size>) -> Self {
        Self { scaled: size.into(), left: 0, top: 0, mirror: Mirror::No }
    }

    /// Cuts the crop of `size` pixels out of a picture into `target`, `[height, width, 3]`.
    pub fn cut_picture(&self, picture: &Image8, size: impl Into<Size>, target: &mut [u8]) {
        let Size { height, width } = size.into();
        let columns = taps(picture.width, self.scaled.width, self.left, width, self.mirror);
        let rows = taps(picture.height, self.scaled.height, self.top, height, Mirror::No);
        let bytes = picture.width * 3;
        for (tap, line) in rows.iter().zip(target.chunks_exact_mut(width * 3)) {
            let Some(tap) = tap else {
                line.fill(0);
                continue;
            };
            let upper = &picture.pixels[tap.first * bytes..][..bytes];
            let lower = &picture.pixels[tap.second * bytes..][..bytes];
            for (column, pixel) in columns.iter().zip(line.chunks_exact_mut(3)) {
                match column {
                    Some(column) => mix(column, tap.share, upper, lower, pixel),
                    None => pixel.fill(0),
                }
            }
        }
    }

    /// Cuts the crop of `size` pixels out of a label map into `target`, `[height, width]`.
    pub fn cut_labels(&self, labels: &LabelMap, size: impl Into<Size>, target: &mut [u8]) {
        let Size { height, width } = size.into();
        let column =
            |x: usize| self.nearest(mirrored(x, width, self.mirror), Axis::Columns, labels);
        let columns: Vec<Option<usize>> = (0..width).map(column).collect();
        for (y, line) in target.chunks_exact_mut(width).take(height).enumerate() {
            let Some(row) = self.nearest(y, Axis::Rows, labels) else {
                line.fill(IGNORED);
                continue;
            };
            let source = &labels.classes[row * labels.width..][..labels.width];
            for (class, column) in line.iter_mut().zip(&columns) {
                *class = column.map_or(IGNORED, |column| source[column]);
            }
        }
    }

    fn nearest(&self, target: usize, axis: Axis, labels: &LabelMap) -> Option<usize> {
        let (corner, from, to) = match axis {
            Axis::Columns => (self.left, labels.width, self.scaled.width),
            Axis::Rows => (self.top, labels.height, self.scaled.height),
        };
        let at = corner + target;
        (at < to).then(|| (at * from / to).min(from - 1))
    }
}

#[derive(Clone, Copy)]
enum Axis {
    Columns,
    Rows,
}

fn mirrored(target: usize, length: usize, mirror: Mirror) -> usize {
    match mirror {
        Mirror::LeftRight => length - 1 - target,
        Mirror::No => target,
    }
}

fn taps(from: usize, to: usize, corner: usize, length: usize, mirror: Mirror) -> Vec<Option<Tap>> {
    let ratio = from as f64 / to as f64;
    let tap = |target: usize| {
        let at = corner + mirrored(target, length, mirror);
        let position = ((at as f64 + 0.5) * ratio - 0.5).clamp(0.0, (from - 1) as f64);
        (at < to).then(|| Tap::at(position, from))
    };
    (0..length).map(tap).collect()
}

fn mix(column: &Tap, share: f32, upper: &[u8], lower: &[u8], pixel: &mut [u8]) {
    for (channel, out) in pixel.iter_mut().enumerate() {
        let along = |row: &[u8]| column.mix(|at| f32::from(row[at * 3 + channel]));
        let (above, below) = (along(upper), along(lower));
        *out = (above + share * (below - above)).round() as u8;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn picture() -> (Image8, LabelMap) {
        let (width, height) = (4, 2);
        let pixels = (0..width * height).flat_map(|i| [i as u8 * 10; 3]).collect();
        let classes = (0..width * height).map(|i| i as u8).collect();
        (Image8 { width, height, pixels }, LabelMap { width, height, classes })
    }

    /// The crop of `(height, width)` pixels: the first channel, and the classes.
    fn cut(crop: &Crop, size: Size) -> (Vec<u8>, Vec<u8>) {
        let (picture, labels) = picture();
        let mut pixels = vec![1; size.height * size.width * 3];
        let mut classes = vec![1; size.height * size.width];
        crop.cut_picture(&picture, size, &mut pixels);
        crop.cut_labels(&labels, size, &mut classes);
        (pixels.into_iter().step_by(3).collect(), classes)
    }

    #[test]
    fn the_whole_picture_is_itself() {
        let (pixels, classes) = cut(&Crop::whole(Size::new(2, 4)), Size::new(2, 4));
        assert_eq!(pixels, [0, 10, 20, 30, 40, 50, 60, 70]);
        assert_eq!(classes, [0, 1, 2, 3, 4, 5, 6, 7]);
    }

    #[test]
    fn what_is_outside_is_black_and_ignored_also_when_mirrored() {
        let crop = Crop { mirror: Mirror::LeftRight, ..Crop::whole(Size::new(2, 4)) };
        let (pixels, classes) = cut(&crop, Size::new(3, 5));
        assert_eq!(pixels[..5], [0, 30, 20, 10, 0]);
        assert_eq!(classes[..5], [IGNORED, 3, 2, 1, 0]);
        assert_eq!(classes[10..], [IGNORED; 5]);
    }

    #[test]
    fn twice_the_size_interpolates_between_centres() {
        let crop = Crop { left: 1, ..Crop::whole(Size::new(4, 8)) };
        let (pixels, classes) = cut(&crop, Size::new(1, 4));
        assert_eq!(pixels, [3, 8, 13, 18]);
        assert_eq!(classes, [0, 1, 1, 2]);
    }
}
