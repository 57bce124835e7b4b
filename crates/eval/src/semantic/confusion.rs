//! Counts of pixels by annotated and predicted class, and the figures computed from them.

use hotcoco::metrics::semantic::PixelConfusion;
use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::resampling::{PICTURE_SETS, resample};

/// Annotated label that is not counted.
pub const IGNORED_LABEL: u8 = 255;

/// Pixel counts `[annotated class, predicted class]`, summed over images.
#[derive(Debug, Clone, PartialEq)]
pub struct Confusion(PixelConfusion);

/// The figures of a [`Confusion`]. A class that appears on neither side has `IoU` and accuracy 0
/// and counts in the means, as in the HRNet reference; `present` tells such classes apart.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SemanticStats {
    /// Mean of `iou` over all classes.
    pub mean_iou: f64,
    /// Mean of `accuracy` over all classes.
    pub mean_accuracy: f64,
    /// Share of the counted pixels that are right.
    pub pixel_accuracy: f64,
    /// Intersection over union per class.
    pub iou: Vec<f64>,
    /// Share of a class's annotated pixels that are right, per class.
    pub accuracy: Vec<f64>,
    /// Whether the class appears among the annotated or predicted pixels.
    pub present: Vec<bool>,
}

impl SemanticStats {
    /// Mean of `iou` over the classes that appear; 0 if none does.
    pub fn present_mean_iou(&self) -> f64 {
        let present = self.iou.iter().zip(&self.present).filter(|(_, present)| **present);
        mean(&present.map(|(iou, _)| *iou).collect::<Vec<_>>())
    }
}

impl Confusion {
    /// An empty count.
    pub fn new(classes: usize) -> Self {
        Self(PixelConfusion::new(classes))
    }

    /// Counts one label map or batch, pixel by pixel; annotated [`IGNORED_LABEL`]s are passed over.
    pub fn add(&mut self, labels: &[u8], predictions: &[u8]) -> Result<()> {
        if labels.len() != predictions.len() {
            return Err(Error::Labels(format!(
                "{} annotated pixels, but {} predicted; accepted: maps of one size",
                labels.len(),
                predictions.len()
            )));
        }
        self.0
            .update(labels, predictions, Some(u64::from(IGNORED_LABEL)))
            .map_err(|error| Error::Labels(error.to_string()))
    }

    /// Adds the counts of `other`, which must have as many classes.
    pub fn merge(&mut self, other: &Self) -> Result<()> {
        let (own, others) = (self.classes(), other.classes());
        if own != others {
            let problem = format!("confusions of {own} and {others} classes cannot be added");
            return Err(Error::Labels(problem));
        }
        self.0.add(&other.0);
        Ok(())
    }

    /// Number of classes.
    pub fn classes(&self) -> usize {
        self.0.num_classes()
    }

    /// The counts, row by row; rows are annotated classes.
    pub fn counts(&self) -> &[u64] {
        self.0.counts()
    }

    /// The figures.
    pub fn stats(&self) -> SemanticStats {
        let classes = self.0.all_class_counts();
        let share = |part: u64, whole: u64| part as f64 / whole.max(1) as f64;
        let iou: Vec<f64> =
            classes.iter().map(|one| share(one.tp, one.gt_area + one.pred_area - one.tp)).collect();
        let accuracy: Vec<f64> = classes.iter().map(|one| share(one.tp, one.gt_area)).collect();
        let right = classes.iter().map(|one| one.tp).sum();
        SemanticStats {
            mean_iou: mean(&iou),
            mean_accuracy: mean(&accuracy),
            pixel_accuracy: share(right, self.0.total()),
            iou,
            accuracy,
            present: classes.iter().map(|one| one.gt_area + one.pred_area > 0).collect(),
        }
    }
}

/// Mean `IoU` of every resampled set of pictures, given the counts of each picture.
///
/// # Errors
/// If a picture has counts of another number of classes.
pub fn resampled_mean_iou(pictures: &[Confusion], classes: usize) -> Result<Vec<f64>> {
    let of_set = |number: u64| {
        let mut sum = Confusion::new(classes);
        for index in resample(pictures.len(), number) {
            sum.merge(&pictures[index])?;
        }
        Ok(sum.stats().mean_iou)
    };
    (0..PICTURE_SETS).map(of_set).collect()
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len().max(1) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_annotated_classes_and_ignored_pixels_do_not_count() {
        let mut confusion = Confusion::new(3);
        confusion.add(&[0, 0, 1, IGNORED_LABEL], &[0, 1, 1, 2]).unwrap();
        assert_eq!(confusion.counts(), [1, 1, 0, 0, 1, 0, 0, 0, 0]);
        let stats = confusion.stats();
        assert_eq!(stats.present, [true, true, false]);
        assert!((stats.mean_iou - (0.5 + 0.5 + 0.0) / 3.0).abs() < 1e-12);
        assert!((stats.present_mean_iou() - 0.5).abs() < 1e-12);
        assert!((stats.pixel_accuracy - 2.0 / 3.0).abs() < 1e-12);
    }

    #[test]
    fn shards_add_up() {
        let (mut whole, mut first, mut second) =
            (Confusion::new(2), Confusion::new(2), Confusion::new(2));
        whole.add(&[0, 1, 1], &[1, 1, 0]).unwrap();
        first.add(&[0], &[1]).unwrap();
        second.add(&[1, 1], &[1, 0]).unwrap();
        first.merge(&second).unwrap();
        assert_eq!(first.counts(), whole.counts());
        assert!(first.merge(&Confusion::new(3)).is_err());
    }

    #[test]
    fn labels_outside_the_classes_and_sizes_that_differ_are_errors() {
        let mut confusion = Confusion::new(2);
        let outside = confusion.add(&[0, 2], &[0, 0]).unwrap_err().to_string();
        assert!(outside.contains("pixel 1") && outside.contains('2'), "{outside}");
        let sizes = confusion.add(&[0, 1], &[0]).unwrap_err().to_string();
        assert!(sizes.contains("2 annotated pixels, but 1 predicted"), "{sizes}");
        assert_eq!(confusion.counts(), [0; 4]);
    }

    #[test]
    fn nothing_counted_gives_zero() {
        let stats = Confusion::new(2).stats();
        assert!(stats.mean_iou.abs() < f64::EPSILON && stats.pixel_accuracy.abs() < f64::EPSILON);
    }
}
