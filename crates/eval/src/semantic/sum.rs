//! Class probabilities of a picture, summed over scales, windows and mirrored views.

use rayon::prelude::*;
use scalenas_base::Size;

use super::predict::{ClassScores, predict_labels};
use super::taps::{Span, Tap, taps};
use crate::error::{Error, Result};

/// Probabilities `[classes, height, width]` at the size of the picture.
#[derive(Debug, Clone)]
pub struct ProbabilitySum {
    values: Vec<f32>,
    /// Number of scores added per pixel, `[height, width]`.
    counts: Vec<f32>,
    classes: usize,
    size: Size,
}

/// A rectangle of the picture and where scores lie over it.
struct Patch {
    top: usize,
    rows: Vec<Tap>,
    left: usize,
    columns: Vec<Tap>,
}

impl ProbabilitySum {
    /// An empty sum.
    pub fn new(classes: usize, size: impl Into<Size>) -> Self {
        let size = size.into();
        let (values, counts) = (vec![0.0; classes * size.pixels()], vec![0.0; size.pixels()]);
        Self { values, counts, classes, size }
    }

    /// Number of classes.
    pub fn classes(&self) -> usize {
        self.classes
    }

    /// Adds the probabilities (softmax of interpolated scores) of the part of the picture that the
    /// scores cover.
    ///
    /// # Errors
    /// When the scores are of another number of classes.
    pub fn add(&mut self, scores: &ClassScores<'_>, (rows, columns): (Span, Span)) -> Result<()> {
        if scores.classes() != self.classes {
            let problem = format!("{} classes added to {}", scores.classes(), self.classes);
            return Err(Error::Labels(problem));
        }
        let (Size { height, width }, size) = (scores.size(), self.size);
        let (across, along) =
            (covered(rows, height, size.height), covered(columns, width, size.width));
        let patch = Patch {
            top: across.start,
            rows: taps(rows, height, across),
            left: along.start,
            columns: taps(columns, width, along),
        };
        let (classes, plane) = (self.classes, size.pixels());
        for row in patch.top..patch.top + patch.rows.len() {
            let counts = &mut self.counts[row * size.width + patch.left..][..patch.columns.len()];
            for count in counts {
                *count += 1.0;
            }
        }
        let target = Planes { values: &mut self.values, plane, width: size.width };
        target.add(scores, &patch, classes);
        Ok(())
    }

    /// Adds the mean over all that was added to another sum of the same picture: windows overlap,
    /// yet every pixel of a scale has one vote.
    pub fn add_mean(&mut self, other: &Self) {
        let planes = self.values.chunks_exact_mut(self.counts.len().max(1));
        for (plane, others) in planes.zip(other.values.chunks_exact(other.counts.len().max(1))) {
            for ((sum, value), count) in plane.iter_mut().zip(others).zip(&other.counts) {
                *sum += value / count.max(1.0);
            }
        }
        for count in &mut self.counts {
            *count += 1.0;
        }
    }

    /// The most probable class of every pixel, `[height, width]`; the first one among equals.
    pub fn labels(&self) -> Vec<u8> {
        let scores = ClassScores::new(&self.values, self.classes, self.size);
        predict_labels(&scores.expect("sizes are those of the sum"), self.size)
    }
}

struct Planes<'a> {
    values: &'a mut [f32],
    plane: usize,
    width: usize,
}

impl Planes<'_> {
    fn add(self, scores: &ClassScores<'_>, patch: &Patch, classes: usize) {
        let rows: Vec<Vec<f32>> =
            patch.rows.par_iter().map(|row| probabilities(scores, *row, patch, classes)).collect();
        for (index, row) in rows.iter().enumerate() {
            let start = (patch.top + index) * self.width + patch.left;
            for (class, values) in row.chunks_exact(patch.columns.len()).enumerate() {
                let target = &mut self.values[class * self.plane + start..][..values.len()];
                for (sum, value) in target.iter_mut().zip(values) {
                    *sum += value;
                }
            }
        }
    }
}

/// One row of probabilities, `[classes, columns]`.
fn probabilities(scores: &ClassScores<'_>, row: Tap, patch: &Patch, classes: usize) -> Vec<f32> {
    let width = patch.columns.len();
    let mut values = Vec::with_capacity(classes * width);
    let mut largest = vec![f32::NEG_INFINITY; width];
    for class in 0..classes {
        let (upper, lower) = (scores.row(class, row.first), scores.row(class, row.second));
        for (column, largest) in patch.columns.iter().zip(&mut largest) {
            let score = row.mix(column.sample(upper), column.sample(lower));
            *largest = largest.max(score);
            values.push(score);
        }
    }
    let mut sums = vec![0.0; width];
    for scores in values.chunks_exact_mut(width.max(1)) {
        for ((value, largest), sum) in scores.iter_mut().zip(&largest).zip(&mut sums) {
            *value = (*value - largest).exp();
            *sum += *value;
        }
    }
    for scores in values.chunks_exact_mut(width.max(1)) {
        scores.iter_mut().zip(&sums).for_each(|(value, sum)| *value /= sum);
    }
    values
}

/// Pixels of the picture whose centres lie over the score map.
fn covered(span: Span, length: usize, size: usize) -> std::ops::Range<usize> {
    let pixel = |score: f64| (score / span.ratio - 0.5).ceil().clamp(0.0, size as f64) as usize;
    let start = pixel(span.start);
    start..pixel(span.start + length as f64).max(start)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_and_the_whole_give_the_same() {
        let (classes, height, width) = (3, 4, 9);
        let value = |i: usize| ((i * 7919) % 13) as f32 / 3.0;
        let scores: Vec<f32> = (0..classes * height * width).map(value).collect();
        let mut whole = ProbabilitySum::new(classes, (height, width));
        let all = ClassScores::new(&scores, classes, (height, width)).unwrap();
        let span = |start| Span { ratio: 1.0, start };
        whole.add(&all, (span(0.0), span(0.0))).unwrap();
        let mut parts = ProbabilitySum::new(classes, (height, width));
        for (start, length) in [(0, 4), (4, 5)] {
            let rows = scores.chunks_exact(width);
            let part: Vec<f32> = rows.flat_map(|row| row[start..start + length].to_vec()).collect();
            let part = ClassScores::new(&part, classes, (height, length)).unwrap();
            parts.add(&part, (span(0.0), span(start as f64))).unwrap();
        }
        for (a, b) in whole.values.iter().zip(&parts.values) {
            assert!((a - b).abs() < 1e-6, "{a} {b}");
        }
        let mut twice = whole.clone();
        twice.add(&all, (span(0.0), span(0.0))).unwrap();
        let mut mean = ProbabilitySum::new(classes, (height, width));
        mean.add_mean(&twice);
        assert!(mean.values.iter().zip(&whole.values).all(|(a, b)| (a - b).abs() < 1e-6));
        let sum: f32 = (0..classes).map(|class| whole.values[class * height * width]).sum();
        assert!((sum - 1.0).abs() < 1e-6);
        assert_eq!(whole.labels(), predict_labels(&all, (height, width)));
    }

    #[test]
    fn padding_lies_outside_the_picture() {
        // A picture of 6 pixels, padded to 8, scored at stride 4.
        let scores = ClassScores::new(&[1.0, 0.0, 0.0, 1.0], 2, (1, 2)).unwrap();
        let mut sum = ProbabilitySum::new(2, (1, 6));
        let quarter = Span { ratio: 0.25, start: 0.0 };
        sum.add(&scores, (Span::whole(1, 1), quarter)).unwrap();
        assert_eq!(sum.labels(), [0, 0, 0, 0, 1, 1]);
        assert!(sum.add(&scores, (quarter, quarter)).is_ok());
        assert!(ProbabilitySum::new(3, (1, 6)).add(&scores, (quarter, quarter)).is_err());
    }
}
