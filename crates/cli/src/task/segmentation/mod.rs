//! Segmentation in the runner: labelled pictures.

mod infer;

use std::path::Path;
use std::sync::Arc;

use anyhow::Result;
use burn::tensor::TensorData;
use scalenas_base::Size;
use scalenas_data::segmentation::{LabelledPicture, find, look_like_positions};
use scalenas_data::synth::StreetConfig;
use scalenas_data::{BadImages, SegmentationDataset, SegmentationFacts, WholePictures};
use scalenas_eval::semantic::{ClassScores, predict_labels};
use scalenas_export::Facts;
use scalenas_report::Sample;
use scalenas_space::{Head, SpaceSpec};
use scalenas_train::segmentation::{
    self, ClassWeights, PixelOptions, PixelWeighing, SegmentOptions, segment_all,
};
use scalenas_train::{CalibratedSubnet, HeldOut, Silent, TaskSource, TrainOptions, TrainingSet};

use crate::context::device::{HOST, Host};
use crate::data::facts::segmentation_facts;
use crate::data::synthetic::write_street_pictures;
use crate::experiment::synthetic::Synthetic;
use crate::render::pictures;
use crate::render::{Output, warn};
use crate::task::request::Request;
use crate::task::room::{Room, SAMPLES};

pub use infer::infer;

/// Pixels per pixel of class scores.
const SCORE_STRIDE: usize = 4;

/// Room of the task.
pub struct Segmentation;

impl Room for Segmentation {
    fn facts(&self) -> &'static str {
        "cityscapes"
    }

    fn head(&self, facts: &str) -> Result<Head> {
        let classes = segmentation_facts(facts)?.classes.len();
        Ok(Head::Segmentation { classes })
    }

    fn usual_input(&self) -> Size {
        Size::new(512, 1024)
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
        let list = find(&source.data, "train", &facts)?;
        warn_of_positions(&list, &facts);
        let (crops, options) = (request.variation.segmentation, &request.info.train);
        let dataset =
            SegmentationDataset::new(list, &facts, source.input, crops, options.seed, request.bad)?;
        let weighing = Arc::new(weighing(&dataset, options.pixels)?);
        let dataset = Arc::new(dataset);
        Ok(TrainingSet::Segmentation(segmentation::Training { dataset, weighing }))
    }

    fn held_out(&self, request: &Request<'_>, source: &TaskSource) -> Result<HeldOut> {
        let facts = segmentation_facts(&source.facts)?;
        let pictures = labelled(&source.data, "val", &facts, request.max_samples, request.bad)?;
        let options = segment_options(&request.info.space, &request.info.train);
        Ok(HeldOut::Segmentation(segmentation::HeldOut { pictures, options }))
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

/// Pictures of a part of a data set, at most `max_pictures` of them if that is above 0.
pub fn labelled(
    data: &Path,
    part: &str,
    facts: &SegmentationFacts,
    max_pictures: usize,
    bad: BadImages,
) -> Result<Arc<WholePictures>> {
    let mut list = find(data, part, facts)?;
    warn_of_positions(&list, facts);
    if max_pictures > 0 {
        list.truncate(max_pictures);
    }
    Ok(WholePictures::new(list, facts, bad))
}

/// Warns of label pictures that hold positions of classes instead of ids.
pub fn warn_of_positions(pictures: &[LabelledPicture], facts: &SegmentationFacts) {
    if look_like_positions(pictures, facts) {
        let labels = pictures.iter().find_map(|picture| picture.labels.as_ref());
        warn(format!(
            "{}: the labels look like positions of classes (trainIds), but the facts {} expect ids \
             (labelIds): wrong classes would be learnt and scored; give a RON file of facts with ids 0 to {}",
            labels.map(|path| path.display().to_string()).unwrap_or_default(),
            facts.name,
            facts.classes.len() - 1,
        ));
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
    pictures::segmentation::samples(pictures, &samples)
}
