//! Bottom-up pose in the runner: whole pictures of people.

mod infer;

use std::path::Path;
use std::sync::Arc;

use anyhow::Result;
use burn::tensor::TensorData;
use scalenas_base::Size;
use scalenas_data::bottom_up::{BottomUpDataset, SceneFilter, Scenes};
use scalenas_data::{BadImages, KeypointFacts};
use scalenas_export::Facts;
use scalenas_report::Sample;
use scalenas_space::Head;
use scalenas_train::bottom_up::{self, SceneOptions, find_people};
use scalenas_train::{CalibratedSubnet, HeldOut, Silent, TaskSource, TrainingSet};

use crate::context::device::{HOST, Host};
use crate::data::facts::keypoint_facts;
use crate::data::{Split, read_annotations, split};
use crate::error::user;
use crate::experiment::synthetic::Synthetic;
use crate::render::pictures;
use crate::render::{Output, warn};
use crate::task::keypoints;
use crate::task::request::Request;
use crate::task::room::{Room, SAMPLES};

pub use infer::{find, infer};

/// Room of the task.
pub struct BottomUp;

impl Room for BottomUp {
    fn facts(&self) -> &'static str {
        keypoints::DEFAULT_FACTS
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
        let facts = keypoint_facts(&source.facts)?;
        let scenes =
            scenes(split(&source.data, "train")?, &facts, SceneFilter::Annotated, request.bad)?;
        let (side, seed) = (source.input.height, request.info.train.seed);
        let variation = request.variation.bottom_up;
        let dataset = Arc::new(BottomUpDataset::new(Arc::new(scenes), side, variation, seed)?);
        Ok(TrainingSet::BottomUp(bottom_up::Training(dataset)))
    }

    fn held_out(&self, request: &Request<'_>, source: &TaskSource) -> Result<HeldOut> {
        let files = split(&source.data, "val")?;
        let annotations = files.annotations.clone();
        let facts = keypoint_facts(&source.facts)?;
        let scenes = scenes(files, &facts, SceneFilter::AllImages, request.bad)?
            .truncate(request.max_samples);
        let ids: Vec<i64> = (0..scenes.len()).map(|index| scenes.scene(index).0.id).collect();
        let metric = keypoints::metric_on(&facts, &annotations, &ids)?;
        let fit = request.variation.bottom_up.fit;
        let workers = request.info.train.workers;
        let options = SceneOptions { fit, ..SceneOptions::new(source.input.height, workers) };
        Ok(HeldOut::BottomUp(bottom_up::HeldOut { scenes: Arc::new(scenes), metric, options }))
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
    bad: BadImages,
) -> Result<Scenes> {
    let coco = read_annotations(&files.annotations, facts, Some(&files.images))?;
    if coco.categories.len() > 1 {
        warn(format!(
            "{}: {} categories of people, which whole pictures do not tell apart: all results get \
             category_id {}, and people of other categories count as missed",
            files.annotations.display(),
            coco.categories.len(),
            coco.category(),
        ));
    }
    Ok(Scenes::new(files.images, &coco, facts, with, bad)?)
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
