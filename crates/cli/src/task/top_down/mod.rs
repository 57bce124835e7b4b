//! Top-down pose in the runner: crops of people.

mod draws;
mod infer;

use std::path::Path;
use std::sync::Arc;

use anyhow::Result;
use burn::tensor::TensorData;
use scalenas_base::Size;
use scalenas_data::pictures::PIXELS_PER_SCALE;
use scalenas_data::top_down::STRIDE;
use scalenas_data::{HeatmapCodec, Part};
use scalenas_eval::Sigmas;
use scalenas_export::Facts;
use scalenas_report::Sample;
use scalenas_space::Head;
use scalenas_train::top_down::{self, EvaluateOptions, evaluate};
use scalenas_train::{CalibratedSubnet, HeldOut, Silent, TaskSource, TrainingSet};

use crate::context::device::{HOST, Host};
use crate::data::facts::{facts_beside, facts_of, keypoint_facts};
use crate::data::{TopDownPart, image_ids, part};
use crate::experiment::synthetic::Synthetic;
use crate::render::Output;
use crate::render::pictures;
use crate::task::checked::{CheckRequest, CheckedPart};
use crate::task::keypoints;
use crate::task::request::Request;
use crate::task::room::{Room, SAMPLES};

pub use draws::training_samples;
pub use infer::{find, infer};

/// People that are evaluated for the samples of a report.
const REPORT_PEOPLE: usize = 24;

/// Room of the task.
pub struct TopDown;

impl Room for TopDown {
    fn facts(&self) -> &'static str {
        keypoints::DEFAULT_FACTS
    }

    fn facts_in(&self, data: &Path) -> Result<Option<String>> {
        Ok(facts_beside(data, keypoint_facts))
    }

    fn check_scales(&self, scales: &[f64]) -> Result<()> {
        keypoints::check_scales(scales)
    }

    fn scoring_verb(&self) -> &'static str {
        "eval-pose"
    }

    fn head(&self, facts: &str) -> Result<Head> {
        keypoints::head(facts, |joints| Head::TopDown { joints })
    }

    fn usual_input(&self) -> Size {
        Size::new(256, 192)
    }

    fn exported_facts(&self, facts: &str) -> Result<Facts> {
        Ok(Facts::Keypoints(keypoint_facts(facts)?))
    }

    fn takes_boxes(&self) -> bool {
        true
    }

    /// Joints in pixels of the input, and their scores.
    fn decode(&self, maps: &[f32], count: usize, input: Size) -> Result<Vec<TensorData>> {
        let joints = maps.len() / count / input.divided(STRIDE).pixels();
        // A crop that is the input: positions in the picture are those in the input.
        let center = [0.5 * input.width as f32, 0.5 * input.height as f32];
        let [width, height] =
            [input.width, input.height].map(|side| side as f32 / PIXELS_PER_SCALE);
        let (centers, scales) = (vec![center; count], vec![[width, height]; count]);
        let people = HeatmapCodec::new(input, joints)?.decode(maps, &centers, &scales);
        let positions = people.iter().flat_map(|person| person.keypoints.iter().flatten());
        let positions: Vec<f32> = positions.map(|&position| position as f32).collect();
        let scores: Vec<f32> = people.iter().flat_map(|person| person.scores.clone()).collect();
        Ok(vec![
            TensorData::new(positions, [count, joints, 2]),
            TensorData::new(scores, [count, joints]),
        ])
    }

    fn training(&self, request: &Request<'_>, source: &TaskSource) -> Result<TrainingSet> {
        let (files, reading) = (part(source, Part::Train)?, request.reading(source));
        let people = TopDownPart::read(files, &facts_of(source)?, source.input, reading)?;
        let train = &request.info.train;
        let (augment, appearance) = (request.variation.top_down, request.variation.appearance);
        let dataset = people.training(augment, train.heatmap_sigma, train.seed)?;
        let dataset = dataset.with_appearance(appearance)?;
        Ok(TrainingSet::TopDown(top_down::Training(Arc::new(dataset))))
    }

    fn held_out(&self, request: &Request<'_>, source: &TaskSource) -> Result<HeldOut> {
        let (files, reading) = (part(source, Part::Val)?, request.reading(source));
        let facts = facts_of(source)?;
        let people = TopDownPart::read(files, &facts, source.input, reading)?;
        let dataset = people.annotated(request.max_samples)?;
        let metric = keypoints::metric_on(&facts, &people.files.annotations, &image_ids(&dataset))?;
        let (batch, workers) = (source.batch, request.info.train.workers);
        let options = EvaluateOptions { batch, workers, ..EvaluateOptions::default() };
        Ok(HeldOut::TopDown(top_down::HeldOut { dataset, metric, options }))
    }

    fn report_size(&self) -> usize {
        REPORT_PEOPLE
    }

    fn guess_facts(&self, source: &TaskSource, name: &str) -> Result<String> {
        keypoints::guess::guess(source, name)
    }

    fn check_data(&self, request: &CheckRequest<'_>) -> Result<CheckedPart> {
        keypoints::check::check(request, Some(request.source.input))
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
