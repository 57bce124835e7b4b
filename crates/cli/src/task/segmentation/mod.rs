//! Segmentation in the runner: labelled pictures.

mod check;
mod draws;
mod extent;
mod infer;
mod pictures;

use std::path::Path;
use std::sync::Arc;

use anyhow::Result;
use burn::tensor::TensorData;
use scalenas_base::Size;
use scalenas_data::synth::StreetConfig;
use scalenas_data::{Part, SegmentationDataset};
use scalenas_eval::semantic::{ClassScores, predict_labels};
use scalenas_export::Facts;
use scalenas_report::Sample;
use scalenas_space::{Head, SpaceSpec};
use scalenas_train::segmentation::{
    self, ClassWeights, PixelOptions, PixelWeighing, SegmentOptions, segment_all,
};
use scalenas_train::{CalibratedSubnet, HeldOut, Silent, TaskSource, TrainOptions, TrainingSet};

use crate::context::device::{HOST, Host};
use crate::data::facts::{facts_beside, segmentation_facts};
use crate::data::synthetic::write_street_pictures;
use crate::error::user;
use crate::experiment::synthetic::Synthetic;
use crate::render::{Output, pictures as drawn};
use crate::task::checked::{CheckRequest, CheckedPart};
use crate::task::request::Request;
use crate::task::room::{Room, SAMPLES};

pub use draws::training_samples;
pub use extent::warn_of_extent;
pub use infer::infer;
use pictures::part;
pub use pictures::{labelled, warn_of_positions, whole};

/// Pixels per pixel of class scores.
const SCORE_STRIDE: usize = 4;

/// Room of the task.
pub struct Segmentation;

impl Room for Segmentation {
    fn facts(&self) -> &'static str {
        "cityscapes"
    }

    fn facts_in(&self, data: &Path) -> Result<Option<String>> {
        Ok(facts_beside(data, segmentation_facts))
    }

    fn scoring_verb(&self) -> &'static str {
        "eval-seg"
    }

    fn head(&self, facts: &str) -> Result<Head> {
        let classes = segmentation_facts(facts)?.classes.len();
        Ok(Head::Segmentation { classes })
    }

    fn usual_input(&self) -> Size {
        Size::new(512, 1024)
    }

    fn suited_input(&self, source: &TaskSource) -> Result<Size> {
        extent::suited(source)
    }

    fn exported_facts(&self, facts: &str) -> Result<Facts> {
        Ok(Facts::Classes(segmentation_facts(facts)?))
    }

    fn writes_labels(&self) -> bool {
        true
    }

    /// Class of every pixel of the input.
    fn decode(&self, maps: &[f32], count: usize, input: Size) -> Result<Vec<TensorData>> {
        let (length, size) = (maps.len() / count, input.divided(SCORE_STRIDE));
        let mut classes = Vec::new();
        for scores in maps.chunks_exact(length) {
            let scores = ClassScores::new(scores, length / size.pixels(), size)?;
            classes.extend(predict_labels(&scores, input).into_iter().map(i64::from));
        }
        Ok(vec![TensorData::new(classes, [count, input.height, input.width])])
    }

    fn training(&self, request: &Request<'_>, source: &TaskSource) -> Result<TrainingSet> {
        let facts = segmentation_facts(&source.facts)?;
        let list = part(source, Part::Train, &facts)?;
        let (crops, options) = (request.variation.segmentation, &request.info.train);
        let (seed, reading) = (options.seed, request.reading(source));
        let dataset = SegmentationDataset::new(list, &facts, source.input, crops, seed, reading)?;
        let dataset = dataset.with_appearance(request.variation.appearance)?;
        let weighing = Arc::new(weighing(&dataset, options.pixels)?);
        let dataset = Arc::new(dataset);
        Ok(TrainingSet::Segmentation(segmentation::Training { dataset, weighing }))
    }

    fn held_out(&self, request: &Request<'_>, source: &TaskSource) -> Result<HeldOut> {
        let facts = segmentation_facts(&source.facts)?;
        let list = part(source, Part::Val, &facts)?;
        let pictures = whole(list, &facts, request.max_samples, request.reading(source));
        let options = segment_options(&request.info.space, &request.info.train);
        Ok(HeldOut::Segmentation(segmentation::HeldOut { pictures, options }))
    }

    fn guess_facts(&self, _source: &TaskSource, _name: &str) -> Result<String> {
        Err(user(
            "--write-facts: label pictures do not name their classes; accepted: --task pose; for classes \
             copy datasets/cityscapes.ron and change it",
        ))
    }

    fn check_data(&self, request: &CheckRequest<'_>) -> Result<CheckedPart> {
        check::check(request)
    }

    fn synthesise(
        &self,
        synthetic: &Synthetic,
        seed: u64,
        data: &Path,
        output: Output,
    ) -> Result<()> {
        let &Synthetic { train, val, size: Size { height, width }, .. } = synthetic;
        output.say(format!("1/4 drawing {train} + {val} streets"));
        write_street_pictures(data, &StreetConfig { train, val, height, width, seed })
    }
}

fn weighing(dataset: &SegmentationDataset, options: PixelOptions) -> Result<PixelWeighing> {
    let weights = match options.class_weights {
        ClassWeights::Facts => dataset.facts().weights(),
        ClassWeights::Pixels => dataset.weights()?,
        ClassWeights::Equal => vec![1.0; dataset.facts().classes.len()],
    };
    Ok(PixelWeighing { loss: options.loss, weights })
}

/// Options that predict the whole picture once.
fn segment_options(space: &SpaceSpec, options: &TrainOptions) -> SegmentOptions {
    SegmentOptions::new(space.coarsest_stride(), options.workers)
}

/// Predictions of a subnet on held-out pictures, for a report.
pub fn report_samples(
    held_out: &segmentation::HeldOut,
    subnet: &CalibratedSubnet<'_, Host>,
) -> Result<Vec<Sample>> {
    let segmentation::HeldOut { pictures, options } = held_out;
    let mut samples = Vec::new();
    segment_all(subnet, pictures, options, &Silent, &HOST, |picture, classes| {
        if samples.len() < SAMPLES {
            samples.push((picture.clone(), classes.to_vec()));
        }
        Ok(())
    })?;
    drawn::segmentation::samples(pictures, &samples)
}
