//! Supernet learning: grouped sampling, distillation, validation, exact resume, fitness.
//!
//! Rooms: `run` holds the parts of a run, `task` one room per task, `score` the
//! evaluation of networks, `burn_train` the loop on that crate.
//!
//! Source: ScaleNAS (arXiv 2011.14584), loss and schedule of the HRNet reference.
//!
//! Invariants:
//! - the subnet of an iteration, the order of the samples and every augmentation follow from
//!   (seed, epoch, iteration) alone, so that a resumed run does what an uninterrupted one does;
//! - a checkpoint is a folder that is complete or absent;
//! - outside of the rooms of `task` and their registry, nothing depends on the task;
//! - nothing here prints: progress goes to a [`Progress`] of the caller.

mod burn_train;
mod error;
mod run;
mod score;
mod task;

pub use burn_train::items::{Scores, StepLoss, StepOutput};
pub use burn_train::launch::train_supernet;
pub use burn_train::learner::TaskLearner;
pub use error::{Cause, Error, Result};
pub use run::batch::{Guidance, Position, Pupil, Sample, Share, TrainBatch};
pub use run::folder::{Existing, RunFolder};
pub use run::info::{RunInfo, TaskInfo, TaskSource};
pub use run::losses::metrics::{MetricsFile, read_metrics};
pub use run::losses::record::Record;
pub use run::optimiser::adam::{Adam, AdamState};
pub use run::optimiser::all_at_once::AdamOptimizer;
pub use run::optimiser::clip;
pub use run::optimiser::decay::Decay as WeightDecay;
pub use run::optimiser::schedule::{Decay, Schedule};
pub use run::optimiser::sgd::SgdByKind;
pub use run::options::{
    CalibrationOptions, CheckpointOptions, DistillationOptions, Epochs, Momentum, OptimizerOptions,
    Precision, Sandwich, ScheduleOptions, SubnetSampling, TrainOptions, ValidationOptions,
    WeightOptions,
};
pub use run::plan::{Outcome, TrainPlan, check_data};
pub use run::progress::{Display, Progress, Silent, TrainStatus};
pub use run::ranks::Ranks;
pub use run::teacher::Teacher;
pub use score::calibration::{CalibratedSubnet, CalibrationSource};
pub use score::fitness::TaskFitness;
pub use score::flip::FlipTest;
pub use score::grade::{Figure, Grade, SubnetScore};
pub use score::keypoints::KeypointMetric;
pub use score::network::{Network, SingleHead};
pub use score::pictures::normalised;
pub use score::validation::{TaskGrade, Validation};
pub use task::data::{TaskData, Tasks};
pub use task::registry::{HeldOut, Target, TrainingSet};
pub use task::{bottom_up, classification, interface, segmentation, top_down};
