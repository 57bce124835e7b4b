//! Line of the metrics file.

use serde::{Deserialize, Serialize};

use crate::score::grade::{Figure, Grade};

/// Line of the metrics file.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Record {
    /// `train` or `validation`.
    pub split: String,
    /// Iterations done.
    pub iteration: u64,
    /// Epochs begun.
    pub epoch: u64,
    /// Training: mean loss since the last line.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub loss: Option<f64>,
    /// Training: learning rate.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub learning_rate: Option<f64>,
    /// Training: pictures per second.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub images_per_second: Option<f64>,
    /// Training: norm of all gradients of the last step together, before it was limited.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gradient_norm: Option<f64>,
    /// Training: losses of the iterations since the last line.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub losses: Vec<f64>,
    /// Training: ids of the subnets of these iterations, separated by spaces where there are several.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub drawn: Vec<String>,
    /// Id of the last trained subnet, or of the validated one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub architecture: Option<String>,
    /// Validation: name of the subnet.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subnet: Option<String>,
    /// Validation: average precision.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ap: Option<f64>,
    /// Validation: mean intersection over union.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mean_iou: Option<f64>,
    /// Validation: share of pictures whose class has the highest score.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub top_one: Option<f64>,
}

impl Record {
    /// Value of a figure, if the line has one.
    pub fn figure(&self, figure: Figure) -> Option<f64> {
        match figure {
            Figure::AveragePrecision => self.ap,
            Figure::MeanIou => self.mean_iou,
            Figure::TopOne => self.top_one,
        }
    }

    /// Sets the ranking figure of a grade.
    pub(crate) fn set_grade(&mut self, grade: &Grade) {
        let slot = match grade.figure() {
            Figure::AveragePrecision => &mut self.ap,
            Figure::MeanIou => &mut self.mean_iou,
            Figure::TopOne => &mut self.top_one,
        };
        *slot = Some(grade.value());
    }
}

/// Name of the split of training lines.
pub(crate) const TRAIN: &str = "train";
/// Name of the split of validation lines.
pub(crate) const VALIDATION: &str = "validation";
