//! The ten figures that keypoint papers report.

use serde::{Deserialize, Serialize};

use super::curves::Table;

/// AP and AR of COCO keypoints, in [0, 1], or −1 where the annotations hold no such person.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeypointStats {
    /// Mean AP over OKS .50:.05:.95.
    #[serde(rename = "AP")]
    pub ap: f64,
    /// AP at OKS .50.
    #[serde(rename = "AP50")]
    pub ap50: f64,
    /// AP at OKS .75.
    #[serde(rename = "AP75")]
    pub ap75: f64,
    /// AP of people of 32² to 96² pixels.
    #[serde(rename = "AP_M")]
    pub ap_medium: f64,
    /// AP of people from 96² pixels.
    #[serde(rename = "AP_L")]
    pub ap_large: f64,
    /// Mean recall over OKS .50:.05:.95.
    #[serde(rename = "AR")]
    pub ar: f64,
    /// Recall at OKS .50.
    #[serde(rename = "AR50")]
    pub ar50: f64,
    /// Recall at OKS .75.
    #[serde(rename = "AR75")]
    pub ar75: f64,
    /// Recall of people of 32² to 96² pixels.
    #[serde(rename = "AR_M")]
    pub ar_medium: f64,
    /// Recall of people from 96² pixels.
    #[serde(rename = "AR_L")]
    pub ar_large: f64,
}

impl KeypointStats {
    pub(super) fn new(table: &Table) -> Self {
        let [all, medium, large] = [0, 1, 2];
        let every = 0..table.thresholds();
        let (at50, at75) = (table.at(0.5), table.at(0.75));
        Self {
            ap: table.mean_precision(all, every.clone()),
            ap50: table.mean_precision(all, at50.clone()),
            ap75: table.mean_precision(all, at75.clone()),
            ap_medium: table.mean_precision(medium, every.clone()),
            ap_large: table.mean_precision(large, every.clone()),
            ar: table.mean_recall(all, every.clone()),
            ar50: table.mean_recall(all, at50),
            ar75: table.mean_recall(all, at75),
            ar_medium: table.mean_recall(medium, every.clone()),
            ar_large: table.mean_recall(large, every),
        }
    }

    /// The figures with their names, in the usual order.
    pub fn entries(&self) -> [(&'static str, f64); 10] {
        [
            ("AP", self.ap),
            ("AP50", self.ap50),
            ("AP75", self.ap75),
            ("AP_M", self.ap_medium),
            ("AP_L", self.ap_large),
            ("AR", self.ar),
            ("AR50", self.ar50),
            ("AR75", self.ar75),
            ("AR_M", self.ar_medium),
            ("AR_L", self.ar_large),
        ]
    }
}
