//! The best class of every pixel, at the size of the labels.
//!
//! Scores are interpolated bilinearly between pixel centres (PyTorch's `align_corners=False`), the
//! borders repeat. Rows are independent and run in parallel.

use rayon::prelude::*;
use scalenas_base::Size;

use super::taps::{Span, taps};
use crate::error::{Error, Result};

/// Class scores of one image, `[classes, height, width]`.
#[derive(Debug, Clone, Copy)]
pub struct ClassScores<'a> {
    values: &'a [f32],
    classes: usize,
    size: Size,
}

impl<'a> ClassScores<'a> {
    /// Scores of `classes` (at most 255) planes of `size`; nothing may be empty.
    pub fn new(values: &'a [f32], classes: usize, size: impl Into<Size>) -> Result<Self> {
        let size = size.into();
        let problem = if !(1..=usize::from(u8::MAX)).contains(&classes) {
            format!("{classes} classes; accepted: 1 to {}", u8::MAX)
        } else if size.pixels() == 0 || values.len() != classes * size.pixels() {
            format!("{} scores for {classes} classes of {size} pixels", values.len())
        } else {
            return Ok(Self { values, classes, size });
        };
        Err(Error::Labels(problem))
    }

    /// Number of classes.
    pub fn classes(&self) -> usize {
        self.classes
    }

    /// Rows and columns of a plane.
    pub fn size(&self) -> Size {
        self.size
    }

    /// Row `y` of the plane of `class`.
    pub(super) fn row(&self, class: usize, y: usize) -> &'a [f32] {
        let start = (class * self.size.height + y) * self.size.width;
        &self.values[start..start + self.size.width]
    }
}

/// The class with the largest interpolated score per pixel of a picture of `size`,
/// `[height, width]`; the first one among equals.
pub fn predict_labels(scores: &ClassScores<'_>, size: impl Into<Size>) -> Vec<u8> {
    let (from, size) = (scores.size, size.into());
    let spans = (Span::whole(from.height, size.height), Span::whole(from.width, size.width));
    predict_covered(scores, spans, size)
}

/// [`predict_labels`] for scores that cover more than the picture, or another part: a padded one.
pub fn predict_covered(
    scores: &ClassScores<'_>,
    (rows, columns): (Span, Span),
    size: impl Into<Size>,
) -> Vec<u8> {
    let Size { height, width } = size.into();
    let rows = taps(rows, scores.size.height, 0..height);
    let columns = taps(columns, scores.size.width, 0..width);
    let mut labels = vec![0; height * width];
    labels.par_chunks_mut(width.max(1)).zip(&rows).for_each_init(
        || vec![0.0; width],
        |best, (labels, row)| {
            best.fill(f32::NEG_INFINITY);
            for class in 0..scores.classes {
                let (upper, lower) = (scores.row(class, row.first), scores.row(class, row.second));
                let pixels = columns.iter().zip(best.iter_mut().zip(labels.iter_mut()));
                for (column, (best, label)) in pixels {
                    let score = row.mix(column.sample(upper), column.sample(lower));
                    if score > *best {
                        (*best, *label) = (score, class as u8);
                    }
                }
            }
        },
    );
    labels
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_size_keeps_every_pixel() {
        let values = [0.0, 1.0, 5.0, 0.5, 2.0, 1.0];
        let scores = ClassScores::new(&values, 2, (1, 3)).unwrap();
        assert_eq!(predict_labels(&scores, (1, 3)), [1, 1, 0]);
    }

    #[test]
    fn upsampling_places_the_border_between_pixel_centres() {
        // Class 0 falls from 1 to 0, class 1 is 0.4 throughout: they cross at 0.6 of the way.
        let values = [1.0, 0.0, 0.4, 0.4];
        let scores = ClassScores::new(&values, 2, (1, 2)).unwrap();
        let labels = predict_labels(&scores, (2, 8));
        assert_eq!(labels[..8], [0, 0, 0, 0, 1, 1, 1, 1]);
        assert_eq!(labels[8..], labels[..8]);
    }

    #[test]
    fn sizes_are_checked() {
        let error = ClassScores::new(&[0.0; 5], 2, (1, 3)).unwrap_err().to_string();
        assert!(error.contains("5 scores for 2 classes of 1x3"), "{error}");
        assert!(ClassScores::new(&[], 0, (1, 1)).is_err());
    }
}
