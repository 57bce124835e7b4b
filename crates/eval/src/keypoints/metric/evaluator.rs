//! COCO keypoint AP and AR.
//!
//! Source: COCO evaluator. 20 detections per image, OKS thresholds .50:.05:.95, 101 recall points,
//! areas all, medium [32², 96²] and large [96², 10^10]. Its conventions are kept: no results give
//! 0, no such person in the annotations gives −1, area 0 is matched by exact hits only, a `bbox` in
//! the first result makes boxes the detections' areas, and an annotation with id 0 can never be a
//! hit: its detection counts as false.

use std::path::Path;

use scalenas_coco::AreaSource;

use super::curves::{Table, ZeroId};
use super::resampled::resampled_ap;
use super::source::Results;
use super::stats::KeypointStats;
use super::truth::{Filter, Truth};
use crate::error::Result;
use crate::keypoints::sigmas::Sigmas;

/// The ten figures of COCO keypoint evaluation for `results` (a path or a list).
pub fn evaluate_keypoints<'a>(
    annotations: &Path,
    results: impl Into<Results<'a>>,
    sigmas: &Sigmas,
) -> Result<KeypointStats> {
    let evaluator = KeypointEvaluator::read(annotations, sigmas)?;
    Ok(evaluator.evaluate(results)?.stats)
}

/// COCO keypoint metric with its annotations, which many sets of results are scored against.
#[derive(Clone)]
pub struct KeypointEvaluator {
    truth: Truth,
}

/// Figures and curves of one evaluation.
#[derive(Debug, Clone, PartialEq)]
pub struct KeypointEvaluation {
    /// The ten figures.
    pub stats: KeypointStats,
    /// Number of results.
    pub detections: usize,
    /// Number of annotated people that count, over all areas.
    pub people: usize,
    /// Whether an annotation has id 0, which is never matched.
    pub has_zero_id: bool,
    /// Mean precision over the recall points, `[threshold][area]`; −1 without people.
    pub precision: Vec<[f64; 3]>,
    /// Recall, `[threshold][area]`; −1 without people.
    pub recall: Vec<[f64; 3]>,
    /// Precision at recall 0, 0.01 … 1 over all areas, `[threshold][recall point]`, averaged over
    /// categories; empty without people.
    pub curves: Vec<Vec<f64>>,
}

impl KeypointEvaluator {
    /// Reads the annotation file at `path`, whose joints must be those of `sigmas`.
    pub fn read(path: &Path, sigmas: &Sigmas) -> Result<Self> {
        Ok(Self { truth: Truth::read(path, sigmas, AreaSource::Annotation)? })
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
    pub fn evaluate<'a>(&self, results: impl Into<Results<'a>>) -> Result<KeypointEvaluation> {
        let (engine, detections) = self.truth.match_results(results.into(), Filter::All)?;
        let zero = self.truth.zero_id().map_or(ZeroId::Absent, ZeroId::NeverHit);
        let table =
            Table::new(&engine, self.truth.categories(), zero, |image| self.truth.once(image));
        Ok(KeypointEvaluation {
            stats: KeypointStats::new(&table),
            detections,
            people: table.people(),
            has_zero_id: self.truth.zero_id().is_some(),
            precision: table.by_threshold(|area, row| table.mean_precision(area, row)),
            recall: table.by_threshold(|area, row| table.mean_recall(area, row)),
            curves: table.mean_curves(),
        })
    }

    /// AP of `results` on resampled sets of the images, in the order of their numbers.
    pub fn resampled<'a>(&self, results: impl Into<Results<'a>>) -> Result<Vec<f64>> {
        let (engine, _) = self.truth.match_results(results.into(), Filter::All)?;
        let zero = self.truth.zero_id().map_or(ZeroId::Absent, ZeroId::NeverHit);
        Ok(resampled_ap(&self.truth, &engine, zero))
    }
}
