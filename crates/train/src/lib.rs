//! Supernet learning on burn-train: grouped sampling, distillation, validation, exact resume.
//!
//! Source: ScaleNAS (arXiv 2011.14584), the HRNet reference's loss and schedule.
//!
//! Invariants:
//! - the subnet of an iteration, the order of the people and every augmentation follow from
//!   (seed, epoch, iteration) alone, so that a resumed run does what an uninterrupted one does;
//! - a checkpoint is a folder that is complete or absent;
//! - nothing here prints: progress goes to a [`Progress`] that the caller hands in.

mod adam;
mod batch;
mod calibrate;
mod checkpoint;
mod distill;
mod error;
mod evaluate;
mod fitness;
mod grade;
mod learner;
mod loader;
mod loss;
mod meter;
mod metrics;
mod network;
mod options;
mod pictures;
mod precision;
mod progress;
mod record_shapes;
mod run_folder;
mod scenes;
mod schedule;
mod segment;
mod silent;
mod strategy;
mod target;
mod training;
mod training_set;
mod validation;

pub use adam::{Adam, AdamState};
pub use batch::TrainBatch;
pub use calibrate::{Calibrated, CalibrationSource};
pub use distill::Teacher;
pub use error::{Error, Result};
pub use evaluate::{EvaluateOptions, Evaluated, FlipTest, evaluate, predict};
pub use fitness::TaskFitness;
pub use grade::{Figure, Grade, JointMetric};
pub use learner::TaskLearner;
pub use loss::{HardPixels, PixelLoss, PixelWeighing, TagGroups, joints_mse, masked_mse};
pub use metrics::{MetricsFile, Record, read_metrics};
pub use network::{Network, Part};
pub use options::{ClassWeights, Momentum, OptimizerOptions, SubnetSampling, TrainOptions};
pub use pictures::normalised;
pub use precision::Precision;
pub use progress::{Display, Progress, Silent, TrainStatus};
pub use run_folder::{Existing, RunFolder, RunInfo, SecondTask};
pub use scenes::{FoundPeople, SceneOptions, find_people, results as scene_results};
pub use schedule::{Decay, Schedule};
pub use segment::{SegmentOptions, segment, segment_all};
pub use target::{ScenesMaps, Target};
pub use training::{Outcome, TrainPlan, train_supernet};
pub use training_set::TrainingSet;
pub use validation::{HeldOut, SubnetScore, Validation};
