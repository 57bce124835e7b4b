//! `CrowdPose` AP: the COCO figures without area ranges, and AP by crowdedness of the image.
//!
//! Source: `CrowdPose` evaluator. A person's area is 0.53 of the box; results without any joint
//! score above 0 are ignored; images count as easy, medium or hard by their `crowdIndex`. An
//! annotation with id 0 is treated as any other.

use std::path::Path;

use serde::{Deserialize, Serialize};

use super::curves::{Table, ZeroId};
use super::resampled::resampled_ap;
use super::source::Results;
use super::truth::{Filter, Truth};
use crate::error::Result;
use crate::keypoints::sigmas::Sigmas;
use scalenas_coco::{AREA_OF_BOX, AreaSource};

/// Images below this `crowdIndex` are easy.
const MEDIUM_FROM: f64 = 0.2;

/// Images from this `crowdIndex` on are hard.
const HARD_FROM: f64 = 0.8;

/// AP and AR of `CrowdPose`, in [0, 1], or −1 where the annotations hold no such person.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CrowdPoseStats {
    /// Mean AP over OKS .50:.05:.95.
    #[serde(rename = "AP")]
    pub ap: f64,
    /// AP at OKS .50.
    #[serde(rename = "AP50")]
    pub ap50: f64,
    /// AP at OKS .75.
    #[serde(rename = "AP75")]
    pub ap75: f64,
    /// Mean recall over OKS .50:.05:.95.
    #[serde(rename = "AR")]
    pub ar: f64,
    /// Recall at OKS .50.
    #[serde(rename = "AR50")]
    pub ar50: f64,
    /// Recall at OKS .75.
    #[serde(rename = "AR75")]
    pub ar75: f64,
    /// AP on images with `crowdIndex` below 0.2.
    #[serde(rename = "AP_easy")]
    pub ap_easy: f64,
    /// AP on images with `crowdIndex` from 0.2 to below 0.8.
    #[serde(rename = "AP_medium")]
    pub ap_medium: f64,
    /// AP on images with `crowdIndex` from 0.8.
    #[serde(rename = "AP_hard")]
    pub ap_hard: f64,
}

/// `CrowdPose` metric with its annotations, which many sets of results are scored against.
#[derive(Clone)]
pub struct CrowdPoseEvaluator {
    truth: Truth,
}

impl CrowdPoseEvaluator {
    /// Reads the annotation file at `path`: the published 14 joints, and a `crowdIndex` in every image.
    pub fn read(path: &Path) -> Result<Self> {
        Self::read_with(path, &Sigmas::crowdpose())
    }

    /// [`read`](Self::read) with other sigmas.
    pub fn read_with(path: &Path, sigmas: &Sigmas) -> Result<Self> {
        let area = AreaSource::BoxShare(AREA_OF_BOX);
        let truth = Truth::read(path, sigmas, area)?;
        truth.require_crowd_index()?;
        Ok(Self { truth })
    }

    /// An evaluator of the images with these ids only; results of other images are ignored.
    pub fn on_images(&self, ids: &[i64]) -> Result<Self> {
        Ok(Self { truth: self.truth.select(ids)? })
    }

    /// An evaluator of one in `parts` of the images, and their ids.
    #[must_use]
    pub fn part(&self, parts: usize) -> (Self, Vec<i64>) {
        let (truth, ids) = self.truth.part(parts);
        (Self { truth }, ids)
    }

    /// Scores `results`, a path or a list.
    pub fn evaluate<'a>(&self, results: impl Into<Results<'a>>) -> Result<CrowdPoseStats> {
        let (engine, _) = self.truth.match_results(results.into(), Filter::AnyJoint)?;
        let categories = self.truth.categories();
        let table = Table::new(&engine, categories, ZeroId::Absent, |image| self.truth.once(image));
        let every = 0..table.thresholds();
        let level = |level: Level| {
            let of_level = |image| {
                let holds = self.truth.crowd_index(image).is_some_and(|c| level.holds(c));
                if holds { self.truth.once(image) } else { 0 }
            };
            Table::new(&engine, categories, ZeroId::Absent, of_level)
                .mean_precision(0, every.clone())
        };
        Ok(CrowdPoseStats {
            ap: table.mean_precision(0, every.clone()),
            ap50: table.mean_precision(0, table.at(0.5)),
            ap75: table.mean_precision(0, table.at(0.75)),
            ar: table.mean_recall(0, every.clone()),
            ar50: table.mean_recall(0, table.at(0.5)),
            ar75: table.mean_recall(0, table.at(0.75)),
            ap_easy: level(Level::Easy),
            ap_medium: level(Level::Medium),
            ap_hard: level(Level::Hard),
        })
    }

    /// AP of `results` on resampled sets of the images, in the order of their numbers.
    pub fn resampled<'a>(&self, results: impl Into<Results<'a>>) -> Result<Vec<f64>> {
        let (engine, _) = self.truth.match_results(results.into(), Filter::AnyJoint)?;
        Ok(resampled_ap(&self.truth, &engine, ZeroId::Absent))
    }
}

/// Crowdedness of an image.
#[derive(Debug, Clone, Copy)]
enum Level {
    Easy,
    Medium,
    Hard,
}

impl Level {
    fn holds(self, crowd_index: f64) -> bool {
        match self {
            Self::Easy => crowd_index < MEDIUM_FROM,
            Self::Medium => (MEDIUM_FROM..HARD_FROM).contains(&crowd_index),
            Self::Hard => crowd_index >= HARD_FROM,
        }
    }
}
