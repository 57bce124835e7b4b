//! Top-down pose in the runner: crops of people.

use std::path::Path;

use anyhow::Result;
use scalenas_eval::Sigmas;
use scalenas_report::Sample;
use scalenas_space::Head;
use scalenas_train::top_down::{self, EvaluateOptions, evaluate};
use scalenas_train::{CalibratedSubnet, HeldOut, Silent, TaskSource, TrainingSet};

use super::keypoints;
use super::request::Request;
use super::room::{Room, SAMPLES};
use crate::context::device::{HOST, Host};
use crate::data::facts::keypoint_facts;
use crate::data::{TopDownPart, image_ids, split};
use crate::experiment::synthetic::Synthetic;
use crate::render::Output;
use crate::render::pictures;

/// People that are evaluated for the samples of a report.
const REPORT_PEOPLE: usize = 24;

/// Room of the task.
pub struct TopDown;

impl Room for TopDown {
    fn facts(&self) -> &'static str {
        keypoints::DEFAULT_FACTS
    }

    fn head(&self, facts: &str) -> Result<Head> {
        keypoints::head(facts, |joints| Head::TopDown { joints })
    }

    fn training(&self, request: &Request<'_>, source: &TaskSource) -> Result<TrainingSet> {
        let facts = keypoint_facts(&source.facts)?;
        let people = TopDownPart::read(split(&source.data, "train")?, &facts, source.input)?;
        let seed = request.info.train.seed;
        let dataset = people.training(request.variation.top_down, seed, request.bad)?;
        Ok(TrainingSet::TopDown(top_down::Training(dataset)))
    }

    fn held_out(&self, request: &Request<'_>, source: &TaskSource) -> Result<HeldOut> {
        let facts = keypoint_facts(&source.facts)?;
        let people = TopDownPart::read(split(&source.data, "val")?, &facts, source.input)?;
        let dataset = people.annotated(request.max_samples, request.bad)?;
        let metric = keypoints::metric_on(&facts, &people.files.annotations, &image_ids(&dataset))?;
        let (batch, workers) = (source.batch, request.info.train.workers);
        let options = EvaluateOptions { batch, workers, ..EvaluateOptions::default() };
        Ok(HeldOut::TopDown(top_down::HeldOut { dataset, metric, options }))
    }

    fn report_size(&self) -> usize {
        REPORT_PEOPLE
    }

    fn synthesise(
        &self,
        synthetic: &Synthetic,
        seed: u64,
        data: &Path,
        output: Output,
    ) -> Result<()> {
        keypoints::synthesise(synthetic, seed, data, output)
    }
}

/// Predictions of a subnet on held-out pictures, for a report.
pub fn report_samples(
    held_out: &top_down::HeldOut,
    subnet: &CalibratedSubnet<'_, Host>,
) -> Result<Vec<Sample>> {
    let top_down::HeldOut { dataset, options, .. } = held_out;
    let found = evaluate(subnet, dataset, options, &Silent, &HOST)?;
    let sigmas = Sigmas::new(dataset.facts().sigmas.clone())?;
    pictures::top_down::samples(dataset, &found.candidates, &sigmas, SAMPLES)
}
