//! The data of a run's task: what to learn from and to score on.

use std::path::Path;
use std::sync::Arc;

use anyhow::Result;
use scalenas_data::augment::Augment;
use scalenas_data::segmentation::{CropAugment, find};
use scalenas_data::{BadImages, SegmentationDataset, SegmentationFacts, WholePictures};
use scalenas_eval::{KeypointEvaluator, Sigmas};
use scalenas_space::{Head, SpaceSpec};
use scalenas_train::{
    ClassWeights, EvaluateOptions, Figure, HeldOut, PixelWeighing, RunInfo, SegmentOptions,
    TrainOptions, TrainingSet,
};

use crate::config::{keypoint_facts, segmentation_facts};
use crate::data::{People, image_ids, split};

/// How training varies its samples.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Variation {
    /// Crops of people.
    pub people: Augment,
    /// Crops of labelled pictures.
    pub pictures: CropAugment,
}

/// What is wanted.
pub struct Request<'a> {
    /// The run.
    pub info: &'a RunInfo,
    /// Where the data set is: the run's place or another.
    pub data: &'a Path,
    /// How training varies its samples.
    pub variation: Variation,
    /// Most people or pictures to score on; 0 for all.
    pub most: usize,
    /// What to do about bad pictures.
    pub bad: BadImages,
}

/// What to learn from and to score on.
#[derive(Clone)]
pub struct Material {
    /// What to learn from, varied.
    pub train: TrainingSet,
    /// What to score on, as it is.
    pub held_out: HeldOut,
}

impl Material {
    /// Reads what the task of a run needs.
    pub fn read(request: &Request<'_>) -> Result<Self> {
        Ok(Self { train: training(request)?, held_out: held_out(request)? })
    }
}

/// What a run learns from.
pub fn training(request: &Request<'_>) -> Result<TrainingSet> {
    let Request { info, data, variation, bad, .. } = request;
    let options = &info.train;
    match info.space.head {
        Head::Heatmap { .. } => {
            let facts = keypoint_facts(&info.facts)?;
            let people = People::read(split(data, "train")?, &facts, info.input)?;
            Ok(TrainingSet::Pose(people.training(variation.people, options.seed, *bad)?))
        }
        Head::Segmentation { .. } => {
            let facts = segmentation_facts(&info.facts)?;
            let list = find(data, "train", &facts)?;
            let crops = variation.pictures;
            let dataset =
                SegmentationDataset::new(list, &facts, info.input, crops, options.seed, *bad)?;
            let weighing = Arc::new(weighing(&dataset, options)?);
            Ok(TrainingSet::Segmentation { dataset: Arc::new(dataset), weighing })
        }
    }
}

/// What networks of a run are scored on.
pub fn held_out(request: &Request<'_>) -> Result<HeldOut> {
    let Request { info, data, bad, .. } = request;
    match info.space.head {
        Head::Heatmap { .. } => people(request),
        Head::Segmentation { .. } => {
            let facts = segmentation_facts(&info.facts)?;
            let pictures = labelled(data, "val", &facts, request.most, *bad)?;
            let options = segment_options(&info.space, &info.train);
            Ok(HeldOut::Segmentation { pictures, options })
        }
    }
}

fn people(request: &Request<'_>) -> Result<HeldOut> {
    let Request { info, data, .. } = request;
    let facts = keypoint_facts(&info.facts)?;
    let people = People::read(split(data, "val")?, &facts, info.input)?;
    let dataset = people.annotated(request.most, request.bad)?;
    let sigmas = Sigmas::new(facts.sigmas.clone())?;
    let evaluator = KeypointEvaluator::read(&people.files.annotations, &sigmas)?
        .on_images(&image_ids(&dataset))?;
    let TrainOptions { batch, workers, .. } = info.train;
    let options = EvaluateOptions { batch, workers, ..EvaluateOptions::default() };
    Ok(HeldOut::Pose { dataset, evaluator: Box::new(evaluator), options })
}

/// Pictures of a part of a data set, at most `most` of them if it is above 0.
pub fn labelled(
    data: &Path,
    part: &str,
    facts: &SegmentationFacts,
    most: usize,
    bad: BadImages,
) -> Result<Arc<WholePictures>> {
    let mut list = find(data, part, facts)?;
    if most > 0 {
        list.truncate(most);
    }
    Ok(WholePictures::new(list, facts, bad))
}

fn weighing(dataset: &SegmentationDataset, options: &TrainOptions) -> Result<PixelWeighing> {
    let weights = match options.class_weights {
        ClassWeights::Facts => dataset.facts().weights(),
        ClassWeights::Pixels => dataset.weights()?,
        ClassWeights::Equal => vec![1.0; dataset.facts().classes.len()],
    };
    Ok(PixelWeighing { loss: options.pixel_loss, weights })
}

/// What networks of a space are ranked by.
pub fn figure(space: &SpaceSpec) -> Figure {
    match space.head {
        Head::Heatmap { .. } => Figure::AveragePrecision,
        Head::Segmentation { .. } => Figure::MeanIou,
    }
}

/// Name of a figure in machine-readable results.
pub fn key(figure: Figure) -> &'static str {
    match figure {
        Figure::AveragePrecision => "ap",
        Figure::MeanIou => "mean_iou",
    }
}

/// The whole picture once.
pub fn segment_options(space: &SpaceSpec, options: &TrainOptions) -> SegmentOptions {
    SegmentOptions::new(space.coarsest_stride(), options.workers)
}
