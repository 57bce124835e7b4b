//! Figures of one evaluation, independent of the task.

use serde::Serialize;

/// Figure that networks of a task are ranked by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Figure {
    /// COCO's average precision.
    AveragePrecision,
    /// Mean intersection over union.
    MeanIou,
    /// Share of pictures whose class has the highest score.
    TopOne,
}

impl Figure {
    /// Name in tables and curves.
    pub fn name(self) -> &'static str {
        match self {
            Self::AveragePrecision => "AP",
            Self::MeanIou => "mIoU",
            Self::TopOne => "top-1",
        }
    }

    /// Key in machine-readable results.
    pub fn key(self) -> &'static str {
        match self {
            Self::AveragePrecision => "ap",
            Self::MeanIou => "mean_iou",
            Self::TopOne => "top_one",
        }
    }
}

/// Figures of one evaluation.
#[derive(Debug, Clone, PartialEq)]
pub struct Grade {
    figure: Figure,
    value: f64,
    details: Vec<(&'static str, f64)>,
    stats: serde_json::Value,
}

impl Grade {
    /// Figures of an evaluation: the ranking one, others for tables, and all of them.
    pub fn new(
        figure: Figure,
        value: f64,
        details: Vec<(&'static str, f64)>,
        stats: &impl Serialize,
    ) -> Self {
        let stats = serde_json::to_value(stats).expect("figures are plain data");
        Self { figure, value, details, stats }
    }

    /// Figure that networks are ranked by.
    pub fn figure(&self) -> Figure {
        self.figure
    }

    /// Value of the ranking figure in `[0, 1]`; -1 for COCO's "no ground truth".
    pub fn value(&self) -> f64 {
        self.value
    }

    /// Further figures for tables, with their names.
    pub fn details(&self) -> &[(&'static str, f64)] {
        &self.details
    }

    /// All figures as a JSON object.
    pub fn stats(&self) -> &serde_json::Value {
        &self.stats
    }
}

/// Score of a named subnet in a validation.
#[derive(Debug, Clone)]
pub struct SubnetScore {
    /// Name, such as `largest`.
    pub name: String,
    /// Id of the architecture.
    pub architecture: String,
    /// Figures of one task.
    pub grade: Grade,
}
