//! The data of a run's task: what to learn from and to score on.

use std::path::Path;
use std::sync::Arc;

use anyhow::Result;
use scalenas_data::augment::Augment;
use scalenas_data::scenes::{Anybody, SceneAugment, SceneDataset, Scenes};
use scalenas_data::segmentation::{CropAugment, find};
use scalenas_data::{
    BadImages, CocoKeypoints, KeypointFacts, PoseDataset, SegmentationDataset, SegmentationFacts,
    WholePictures,
};
use scalenas_eval::{CrowdPoseEvaluator, KeypointEvaluator, Sigmas};
use scalenas_space::{Head, SpaceSpec};
use scalenas_train::{
    ClassWeights, EvaluateOptions, Figure, HeldOut, JointMetric, PixelWeighing, RunInfo,
    SceneOptions, SecondTask, SegmentOptions, TrainOptions, TrainingSet,
};

use crate::config::{keypoint_facts, segmentation_facts};
use crate::data::{People, Split, image_ids, split};
use crate::fault::user;

/// Name of the facts with a metric of their own.
pub const CROWDPOSE: &str = "crowdpose";

/// How training varies its samples.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Variation {
    /// Crops of people.
    pub people: Augment,
    /// Whole pictures of people.
    pub scenes: SceneAugment,
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
    /// What to score on, as it is; one a task, in the order of the heads.
    pub held_out: Vec<HeldOut>,
}

impl Material {
    /// Reads what the tasks of a run need.
    pub fn read(request: &Request<'_>) -> Result<Self> {
        let heads = request.info.space.heads.iter();
        let held_out = heads.map(|&head| held_out(request, head)).collect::<Result<_>>()?;
        Ok(Self { train: training(request)?, held_out })
    }
}

/// What a run learns from.
pub fn training(request: &Request<'_>) -> Result<TrainingSet> {
    let info = request.info;
    match info.space.heads[..] {
        [Head::TopDown { .. }] => Ok(TrainingSet::Pose(people(request)?)),
        [Head::BottomUp { .. }] => Ok(TrainingSet::People(crowds(request)?)),
        [Head::Segmentation { .. }] => {
            let (dataset, weighing) = pictures(request)?;
            Ok(TrainingSet::Segmentation { dataset, weighing })
        }
        [Head::TopDown { .. }, Head::Segmentation { .. }] => {
            let (people, (pictures, weighing)) = (people(request)?, pictures(request)?);
            let batch = second(info)?.batch;
            Ok(TrainingSet::Multitask { people, pictures, weighing, batch })
        }
        _ => Err(user(format!("space {}: no training data for its heads", info.space.name))),
    }
}

/// The second task of a run.
pub fn second(info: &RunInfo) -> Result<&SecondTask> {
    info.second.as_ref().ok_or_else(|| {
        let space = &info.space.name;
        user(format!(
            "space {space} has two tasks; add second: (data: \"FOLDER\", input: (H, W), batch: N)"
        ))
    })
}

/// Where the labelled pictures of a run are, what their classes are, and the size of crops.
struct Labelled<'a> {
    data: &'a Path,
    facts: SegmentationFacts,
    crop: (usize, usize),
}

impl<'a> Labelled<'a> {
    fn new(request: &'a Request<'_>) -> Result<Self> {
        let info = request.info;
        let (data, facts, crop) = match &info.second {
            Some(second) => (&*second.data, &second.facts, second.input),
            None => (request.data, &info.facts, info.input),
        };
        Ok(Self { data, facts: segmentation_facts(facts)?, crop })
    }
}

fn people(request: &Request<'_>) -> Result<Arc<PoseDataset>> {
    let Request { info, data, variation, bad, .. } = request;
    let facts = keypoint_facts(&info.facts)?;
    let people = People::read(split(data, "train")?, &facts, info.input)?;
    people.training(variation.people, info.train.seed, *bad)
}

fn pictures(request: &Request<'_>) -> Result<(Arc<SegmentationDataset>, Arc<PixelWeighing>)> {
    let Request { info, variation, bad, .. } = request;
    let Labelled { data, facts, crop } = Labelled::new(request)?;
    let list = find(data, "train", &facts)?;
    let crops = variation.pictures;
    let dataset = SegmentationDataset::new(list, &facts, crop, crops, info.train.seed, *bad)?;
    let weighing = weighing(&dataset, &info.train)?;
    Ok((Arc::new(dataset), Arc::new(weighing)))
}

/// What networks of a run are scored on by one of its heads.
fn held_out(request: &Request<'_>, head: Head) -> Result<HeldOut> {
    match head {
        Head::TopDown { .. } => return held_out_people(request),
        Head::BottomUp { .. } => return held_out_scenes(request),
        Head::Segmentation { .. } => {}
    }
    let Labelled { data, facts, .. } = Labelled::new(request)?;
    let pictures = labelled(data, "val", &facts, request.most, request.bad)?;
    let options = segment_options(&request.info.space, &request.info.train);
    Ok(HeldOut::Segmentation { pictures, options })
}

fn crowds(request: &Request<'_>) -> Result<Arc<SceneDataset>> {
    let Request { info, data, variation, bad, .. } = request;
    let facts = keypoint_facts(&info.facts)?;
    let scenes = scenes_of(split(data, "train")?, &facts, Anybody::Somebody, *bad)?;
    let (side, seed) = (info.input.0, info.train.seed);
    Ok(Arc::new(SceneDataset::new(Arc::new(scenes), side, variation.scenes, seed)?))
}

/// Whole pictures of a part of a data set.
pub fn scenes_of(
    files: Split,
    facts: &KeypointFacts,
    with: Anybody,
    bad: BadImages,
) -> Result<Scenes> {
    let coco = CocoKeypoints::read(&files.annotations, facts)?;
    Ok(Scenes::new(files.images, &coco, facts, with, bad)?)
}

fn held_out_scenes(request: &Request<'_>) -> Result<HeldOut> {
    let Request { info, data, variation, most, bad } = request;
    let files = split(data, "val")?;
    let annotations = files.annotations.clone();
    let facts = keypoint_facts(&info.facts)?;
    let scenes = scenes_of(files, &facts, Anybody::OrNobody, *bad)?.at_most(*most);
    let ids: Vec<i64> = (0..scenes.len()).map(|index| scenes.scene(index).0.id).collect();
    let metric = metric(&facts, &annotations, &ids)?;
    let fit = variation.scenes.fit;
    let options = SceneOptions { fit, ..SceneOptions::new(info.input.0, info.train.workers) };
    Ok(HeldOut::People { scenes: Arc::new(scenes), metric, options })
}

/// The metric of a data set over some of its pictures.
fn metric(facts: &KeypointFacts, annotations: &Path, ids: &[i64]) -> Result<JointMetric> {
    if facts.name == CROWDPOSE {
        let evaluator = CrowdPoseEvaluator::read(annotations)?.on_images(ids)?;
        return Ok(JointMetric::CrowdPose(Box::new(evaluator)));
    }
    let sigmas = Sigmas::new(facts.sigmas.clone())?;
    let evaluator = KeypointEvaluator::read(annotations, &sigmas)?.on_images(ids)?;
    Ok(JointMetric::Coco(Box::new(evaluator)))
}

fn held_out_people(request: &Request<'_>) -> Result<HeldOut> {
    let Request { info, data, .. } = request;
    let facts = keypoint_facts(&info.facts)?;
    let people = People::read(split(data, "val")?, &facts, info.input)?;
    let dataset = people.annotated(request.most, request.bad)?;
    let metric = metric(&facts, &people.files.annotations, &image_ids(&dataset))?;
    let TrainOptions { batch, workers, .. } = info.train;
    let options = EvaluateOptions { batch, workers, ..EvaluateOptions::default() };
    Ok(HeldOut::Pose { dataset, metric, options })
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

/// What networks of a space are ranked by, one figure a task; the first decides where one has to.
pub fn figures(space: &SpaceSpec) -> Vec<Figure> {
    let figure = |head: &Head| match head {
        Head::TopDown { .. } | Head::BottomUp { .. } => Figure::AveragePrecision,
        Head::Segmentation { .. } => Figure::MeanIou,
    };
    space.heads.iter().map(figure).collect()
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
