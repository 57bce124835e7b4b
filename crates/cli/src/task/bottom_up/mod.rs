//! Bottom-up pose in the runner: whole pictures of people.

mod draws;
mod infer;

use std::path::Path;
use std::sync::Arc;

use anyhow::Result;
use burn::tensor::TensorData;
use scalenas_base::Size;
use scalenas_data::bottom_up::{BottomUpDataset, SceneFilter, Scenes};
use scalenas_data::{KeypointFacts, Part, Reading};
use scalenas_export::Facts;
use scalenas_report::Sample;
use scalenas_space::Head;
use scalenas_train::bottom_up::{self, SceneOptions, find_people};
use scalenas_train::{CalibratedSubnet, HeldOut, Silent, TaskSource, TrainingSet};

use crate::context::device::{HOST, Host};
use crate::data::facts::{facts_beside, facts_of, keypoint_facts};
use crate::data::{Split, part, read_part};
use crate::error::user;
use crate::experiment::synthetic::Synthetic;
use crate::render::pictures;
use crate::render::{Output, warn};
use crate::task::checked::{CheckRequest, CheckedPart};
use crate::task::keypoints;
use crate::task::request::Request;
use crate::task::room::{Room, SAMPLES};

pub use draws::training_samples;
pub use infer::{find, infer};

/// Room of the task.
pub struct BottomUp;

impl Room for BottomUp {
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
        keypoints::head(facts, |joints| Head::BottomUp { joints })
    }

    /// Whole pictures are learnt from square crops.
    fn check_input(&self, input: Size, space: &str) -> Result<()> {
        if input.height == input.width {
            return Ok(());
        }
        Err(user(format!("input is {input}, accepted for space {space}: equal sides")))
    }

    fn finds_people(&self) -> bool {
        true
    }

    fn usual_input(&self) -> Size {
        Size::square(512)
    }

    fn exported_facts(&self, facts: &str) -> Result<Facts> {
        Ok(Facts::Keypoints(keypoint_facts(facts)?))
    }

    /// Exported networks do not group people.
    fn decode(&self, _maps: &[f32], _count: usize, _input: Size) -> Result<Vec<TensorData>> {
        Ok(Vec::new())
    }

    fn training(&self, request: &Request<'_>, source: &TaskSource) -> Result<TrainingSet> {
        let (files, facts) = (part(source, Part::Train)?, facts_of(source)?);
        let scenes = scenes(files, &facts, SceneFilter::Annotated, request.reading(source))?;
        let (side, seed) = (source.input.height, request.info.train.seed);
        let augment = request.variation.bottom_up;
        let dataset = BottomUpDataset::new(Arc::new(scenes), side, augment, seed)?;
        let dataset = dataset.with_appearance(request.variation.appearance)?;
        Ok(TrainingSet::BottomUp(bottom_up::Training(Arc::new(dataset))))
    }

    fn held_out(&self, request: &Request<'_>, source: &TaskSource) -> Result<HeldOut> {
        let (files, facts) = (part(source, Part::Val)?, facts_of(source)?);
        let annotations = files.annotations.clone();
        let scenes = scenes(files, &facts, SceneFilter::AllImages, request.reading(source))?
            .truncate(request.max_samples);
        let ids: Vec<i64> = (0..scenes.len()).map(|index| scenes.scene(index).0.id).collect();
        let metric = keypoints::metric_on(&facts, &annotations, &ids)?;
        let fit = request.variation.bottom_up.fit;
        let workers = request.info.train.workers;
        let options = SceneOptions { fit, ..SceneOptions::new(source.input.height, workers) };
        Ok(HeldOut::BottomUp(bottom_up::HeldOut { scenes: Arc::new(scenes), metric, options }))
    }

    fn guess_facts(&self, source: &TaskSource, name: &str) -> Result<String> {
        keypoints::guess::guess(source, name)
    }

    fn check_data(&self, request: &CheckRequest<'_>) -> Result<CheckedPart> {
        keypoints::check::check(request, None)
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

/// Whole pictures of a part of a data set.
pub fn scenes(
    files: Split,
    facts: &KeypointFacts,
    with: SceneFilter,
    reading: Reading,
) -> Result<Scenes> {
    let coco = read_part(&files, facts, reading.pictures)?;
    if coco.categories.len() > 1 {
        warn(format!(
            "{}: {} categories of people, which whole pictures do not tell apart: all results get \
             category_id {}, and people of other categories count as missed",
            files.annotations.display(),
            coco.categories.len(),
            coco.category(),
        ));
    }
    Ok(Scenes::new(files.images, &coco, facts, with, reading)?)
}

/// Predictions of a subnet on held-out pictures, for a report.
pub fn report_samples(
    held_out: &bottom_up::HeldOut,
    subnet: &CalibratedSubnet<'_, Host>,
) -> Result<Vec<Sample>> {
    let bottom_up::HeldOut { scenes, options, .. } = held_out;
    let found = find_people(subnet, scenes, options, &Silent, &HOST)?;
    pictures::bottom_up::samples(scenes, &found, SAMPLES)
}
