//! What a network reached, whatever its task.

use scalenas_eval::KeypointStats;
use scalenas_eval::semantic::SemanticStats;

/// The figure that networks of a task are ranked by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Figure {
    /// COCO's average precision.
    AveragePrecision,
    /// Mean intersection over union.
    MeanIou,
}

impl Figure {
    /// As tables and curves call it.
    pub fn name(self) -> &'static str {
        match self {
            Self::AveragePrecision => "AP",
            Self::MeanIou => "mIoU",
        }
    }
}

/// Figures of one evaluation.
#[derive(Debug, Clone, PartialEq)]
pub enum Grade {
    /// Of people's joints.
    Keypoints(KeypointStats),
    /// Of pixels' classes.
    Semantic(SemanticStats),
}

impl Grade {
    /// What networks are ranked by.
    pub fn figure(&self) -> Figure {
        match self {
            Self::Keypoints(_) => Figure::AveragePrecision,
            Self::Semantic(_) => Figure::MeanIou,
        }
    }

    /// Its value in 0..=1; -1 for COCO's "no ground truth".
    pub fn value(&self) -> f64 {
        match self {
            Self::Keypoints(stats) => stats.ap,
            Self::Semantic(stats) => stats.mean_iou,
        }
    }
}
