//! What a network reached, whatever its task.

use scalenas_eval::semantic::SemanticStats;
use scalenas_eval::{
    CocoResult, CrowdPoseEvaluator, CrowdPoseStats, KeypointEvaluator, KeypointStats,
};

use crate::error::Result;

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

/// What people found are scored against: ground truth, and the data set's own metric.
#[derive(Clone)]
pub enum JointMetric {
    /// COCO's.
    Coco(Box<KeypointEvaluator>),
    /// `CrowdPose`'s.
    CrowdPose(Box<CrowdPoseEvaluator>),
}

impl JointMetric {
    /// Scores results.
    pub fn grade(&self, results: &[CocoResult]) -> Result<Grade> {
        Ok(match self {
            Self::Coco(evaluator) => Grade::Keypoints(evaluator.evaluate(results)?.stats),
            Self::CrowdPose(evaluator) => Grade::CrowdPose(evaluator.evaluate(results)?),
        })
    }
}

/// Figures of one evaluation.
#[derive(Debug, Clone, PartialEq)]
pub enum Grade {
    /// Of people's joints.
    Keypoints(KeypointStats),
    /// Of people's joints, by how crowded pictures are.
    CrowdPose(CrowdPoseStats),
    /// Of pixels' classes.
    Semantic(SemanticStats),
}

impl Grade {
    /// What networks are ranked by.
    pub fn figure(&self) -> Figure {
        match self {
            Self::Keypoints(_) | Self::CrowdPose(_) => Figure::AveragePrecision,
            Self::Semantic(_) => Figure::MeanIou,
        }
    }

    /// Its value in 0..=1; -1 for COCO's "no ground truth".
    pub fn value(&self) -> f64 {
        match self {
            Self::Keypoints(stats) => stats.ap,
            Self::CrowdPose(stats) => stats.ap,
            Self::Semantic(stats) => stats.mean_iou,
        }
    }
}
