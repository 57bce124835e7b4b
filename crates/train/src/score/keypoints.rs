//! Keypoint metrics, shared by the tasks that find the joints of people.

use scalenas_eval::{CocoResult, CrowdPoseEvaluator, KeypointEvaluator};

use super::grade::{Figure, Grade};
use crate::error::Result;

/// Keypoint metric with its ground truth.
#[derive(Clone)]
pub enum KeypointMetric {
    /// Average precision of COCO.
    Coco(Box<KeypointEvaluator>),
    /// Average precision of `CrowdPose`, which also tells pictures apart by crowding.
    CrowdPose(Box<CrowdPoseEvaluator>),
}

impl KeypointMetric {
    /// Scores results.
    ///
    /// # Errors
    /// If a result has another number of joints than the ground truth.
    pub fn grade(&self, results: &[CocoResult]) -> Result<Grade> {
        let figure = Figure::AveragePrecision;
        let details = |ap50, ar| vec![("AP50", ap50), ("AR", ar)];
        Ok(match self {
            Self::Coco(evaluator) => {
                let stats = evaluator.evaluate(results)?.stats;
                Grade::new(figure, stats.ap, details(stats.ap50, stats.ar), &stats)
            }
            Self::CrowdPose(evaluator) => {
                let stats = evaluator.evaluate(results)?;
                Grade::new(figure, stats.ap, details(stats.ap50, stats.ar), &stats)
            }
        })
    }

    /// The metric on one in `parts` of its pictures, and their ids.
    pub fn part(&self, parts: usize) -> (Self, Vec<i64>) {
        match self {
            Self::Coco(evaluator) => {
                let (part, ids) = evaluator.part(parts);
                (Self::Coco(Box::new(part)), ids)
            }
            Self::CrowdPose(evaluator) => {
                let (part, ids) = evaluator.part(parts);
                (Self::CrowdPose(Box::new(part)), ids)
            }
        }
    }

    /// AP of results on every resampled set of pictures.
    ///
    /// # Errors
    /// Those of [`KeypointMetric::grade`].
    pub fn resampled(&self, results: &[CocoResult]) -> Result<Vec<f64>> {
        Ok(match self {
            Self::Coco(evaluator) => evaluator.resampled(results)?,
            Self::CrowdPose(evaluator) => evaluator.resampled(results)?,
        })
    }
}
