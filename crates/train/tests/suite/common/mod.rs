//! Runs on synthetic people, small enough for a test, and the files that they leave behind.

#![allow(dead_code, reason = "every test file uses a part")]
#![allow(clippy::unwrap_used, reason = "a panic is a failed test")]

pub mod left;

use std::fs;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use burn::backend::flex::FlexDevice;
use burn::backend::{Autodiff, Flex};
use scalenas_base::Size;
use scalenas_coco::CocoKeypoints;
use scalenas_data::TopDownAugment;
use scalenas_data::synth::{SynthConfig, write_pose};
use scalenas_data::{
    Augmentation, BadImages, DataFiles, HeatmapCodec, KeypointFacts, TopDownDataset,
    annotation_boxes, training_people,
};
use scalenas_eval::{KeypointEvaluator, Sigmas};
use scalenas_space::SpaceSpec;
use scalenas_train::top_down::{self, EvaluateOptions};
use scalenas_train::{
    CalibrationOptions, CheckpointOptions, Display, Epochs, Existing, HeldOut, KeypointMetric,
    Outcome, Progress, Ranks, Result, RunFolder, RunInfo, ScheduleOptions, Silent, TaskData,
    TaskSource, Tasks, TrainOptions, TrainPlan, TrainStatus, TrainingSet, ValidationOptions,
    train_supernet,
};
use tempfile::TempDir;

/// The backend of networks.
pub type Plain = Flex;
/// The backend of training.
pub type Train = Autodiff<Plain>;

/// Where tensors are.
pub const DEVICE: FlexDevice = FlexDevice;
/// Height and width of crops.
pub const INPUT: Size = Size::new(64, 64);
/// Synthetic pictures and people.
const PICTURES: SynthConfig = SynthConfig {
    train: 12,
    val: 2,
    width: 128,
    height: 96,
    least_people: 1,
    most_people: 2,
    crowds: 0.0,
    seed: 3,
};

/// The small pose space.
pub fn spec() -> SpaceSpec {
    SpaceSpec::preset("tiny").unwrap()
}

/// A few epochs without validation, every iteration in the metrics.
pub fn options() -> TrainOptions {
    TrainOptions {
        batch: 3,
        seed: 1,
        schedule: ScheduleOptions {
            epochs: Epochs::Number(3),
            learning_rate: 5e-3,
            milestones: vec![2],
            ..ScheduleOptions::default()
        },
        validation: ValidationOptions { every: None, ..ValidationOptions::default() },
        calibration: CalibrationOptions { batches: 2, ..CalibrationOptions::default() },
        checkpoints: CheckpointOptions { every: NonZeroUsize::new(2), keep: 99 },
        log_every: 1,
        ..TrainOptions::default()
    }
}

/// Options with some of them changed.
pub fn changed(options: &TrainOptions, change: impl FnOnce(&mut TrainOptions)) -> TrainOptions {
    let mut options = options.clone();
    change(&mut options);
    options
}

/// A folder with pictures, and with runs; it goes away with the test.
pub struct Place(TempDir);

impl Place {
    /// Paints the pictures.
    pub fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        write_pose(folder.path().join("data"), &PICTURES).unwrap();
        Self(folder)
    }

    /// A file or folder.
    pub fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// Where the pictures of a part are.
    pub fn pictures(&self, part: &str) -> PathBuf {
        self.path("data/images").join(format!("{part}2017"))
    }

    /// The annotation file of a part.
    pub fn annotations(&self, part: &str) -> PathBuf {
        self.path("data/annotations").join(format!("person_keypoints_{part}2017.json"))
    }

    /// People to learn from, with bad pictures left out.
    pub fn train(&self) -> Arc<TopDownDataset> {
        let facts = KeypointFacts::coco();
        let coco = CocoKeypoints::read(self.annotations("train"), &facts).unwrap();
        let people = training_people(&coco, INPUT);
        let codec = HeatmapCodec::new(INPUT, facts.joints.len()).unwrap();
        let data =
            TopDownDataset::new(self.pictures("train"), &coco, people, facts, codec).unwrap();
        let augmentation = Augmentation::Training(TopDownAugment::default());
        let data = data.with_augmentation(augmentation, options().seed).unwrap();
        Arc::new(data.with_reading(BadImages::Skip))
    }

    /// People of a part as they are, with their ground truth.
    pub fn annotated(&self, part: &str) -> (Arc<TopDownDataset>, KeypointEvaluator) {
        let facts = KeypointFacts::coco();
        let coco = CocoKeypoints::read(self.annotations(part), &facts).unwrap();
        let people = annotation_boxes(&coco, INPUT);
        let codec = HeatmapCodec::new(INPUT, facts.joints.len()).unwrap();
        let data = TopDownDataset::new(self.pictures(part), &coco, people, facts, codec).unwrap();
        let evaluator = KeypointEvaluator::read(&self.annotations(part), &Sigmas::coco()).unwrap();
        (Arc::new(data), evaluator)
    }

    /// A part to score networks on.
    pub fn held_out(&self, part: &str) -> HeldOut {
        let (dataset, evaluator) = self.annotated(part);
        let options = EvaluateOptions { batch: options().batch, ..EvaluateOptions::default() };
        let metric = KeypointMetric::Coco(Box::new(evaluator));
        HeldOut::TopDown(top_down::HeldOut { dataset, metric, options })
    }

    /// Training data of top-down pose.
    pub fn task(&self, options: &TrainOptions, held_out: HeldOut) -> TaskData {
        TaskData {
            head: spec().heads[0],
            training: TrainingSet::TopDown(top_down::Training(self.train())),
            batch: options.batch,
            held_out: Some(held_out),
        }
    }

    /// Description of a run.
    pub fn info(&self, options: &TrainOptions) -> RunInfo {
        let (data, facts) = (self.path("data"), "coco".to_owned());
        let source = TaskSource {
            data,
            facts,
            input: INPUT,
            batch: options.batch,
            files: DataFiles::default(),
        };
        RunInfo::new(spec(), vec![source], options.clone()).unwrap()
    }

    /// Trains in a folder, to the end.
    pub fn run(&self, name: &str, options: &TrainOptions) -> Result<Outcome> {
        self.go(name, options, Existing::Refuse, Arc::new(Silent), Arc::default())
    }

    /// Trains on in a folder, to the end.
    pub fn resume(&self, name: &str, options: &TrainOptions) -> Result<Outcome> {
        self.go(name, options, Existing::Resume, Arc::new(Silent), Arc::default())
    }

    /// Trains in a folder until something happens.
    pub fn until(&self, name: &str, options: &TrainOptions, event: Event) -> Outcome {
        let stop = Arc::new(AtomicBool::new(false));
        let stopper = Arc::new(Stopper { event, stop: Arc::clone(&stop) });
        self.go(name, options, Existing::Refuse, stopper, stop).unwrap()
    }

    fn go(
        &self,
        name: &str,
        options: &TrainOptions,
        existing: Existing,
        progress: Arc<dyn Progress>,
        stop: Arc<AtomicBool>,
    ) -> Result<Outcome> {
        let folder = RunFolder::create(&self.path(name), self.info(options), existing)?;
        let plan = TrainPlan { progress, stop, ..self.plan(folder, Ranks::default()) };
        train_supernet::<Train>(plan, &DEVICE)
    }

    /// Plan of one of several ranks, without progress.
    pub fn plan(&self, folder: RunFolder, ranks: Ranks) -> TrainPlan {
        let task = self.task(&folder.info().train, self.held_out("val"));
        TrainPlan {
            folder,
            tasks: Tasks::new(vec![task]),
            display: Display::Plain,
            progress: Arc::new(Silent),
            stop: Arc::default(),
            ranks,
        }
    }
}

/// When to stop.
#[derive(Debug, Clone, Copy)]
pub enum Event {
    /// An iteration's line was written.
    Logged(u64),
    /// An iteration's checkpoint was written.
    Saved(u64),
}

struct Stopper {
    event: Event,
    stop: Arc<AtomicBool>,
}

impl Progress for Stopper {
    fn trained(&self, status: &TrainStatus) {
        if matches!(self.event, Event::Logged(iteration) if status.iteration == iteration) {
            self.stop.store(true, Ordering::Relaxed);
        }
    }

    fn saved(&self, saved: u64) {
        if matches!(self.event, Event::Saved(iteration) if saved == iteration) {
            self.stop.store(true, Ordering::Relaxed);
        }
    }
}

/// Copies a folder with everything in it.
pub fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}
