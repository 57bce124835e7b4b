//! Supernet learning on burn-train: grouped sampling, distillation, validation, exact resume.
//!
//! Source: ScaleNAS (arXiv 2011.14584), the HRNet reference's loss and schedule.
//!
//! Invariants:
//! - the subnet of an iteration, the order of the people and every augmentation follow from
//!   (seed, epoch, iteration) alone, so that a resumed run does what an uninterrupted one does;
//! - a checkpoint is a folder that is complete or absent;
//! - nothing here prints: progress goes to a [`Progress`] that the caller hands in.

mod burn_train;
mod error;
mod run;
mod score;
mod task;

pub use burn_train::learner::TaskLearner;
pub use error::{Error, Result};
pub use run::batch::TrainBatch;
pub use run::folder::{Existing, RunFolder, RunInfo, SecondTask};
pub use run::metrics::{MetricsFile, Record, read_metrics};
pub use run::optimiser::adam::{Adam, AdamState};
pub use run::optimiser::schedule::{Decay, Schedule};
pub use run::options::precision::Precision;
pub use run::options::{ClassWeights, Momentum, OptimizerOptions, SubnetSampling, TrainOptions};
pub use run::plan::{Outcome, TrainPlan, train_supernet};
pub use run::progress::{Display, Progress, Silent, TrainStatus};
pub use run::teacher::Teacher;
pub use score::calibration::{Calibrated, CalibrationSource};
pub use score::fitness::TaskFitness;
pub use score::grade::{Figure, Grade, JointMetric};
pub use score::network::{Network, Part};
pub use score::pictures::normalised;
pub use score::validation::{HeldOut, SubnetScore, Validation};
pub use task::bottom_up::loss::{TagGroups, masked_mse};
pub use task::bottom_up::predict::{
    FoundPeople, SceneOptions, find_people, results as scene_results,
};
pub use task::segmentation::loss::{HardPixels, PixelLoss, PixelWeighing};
pub use task::segmentation::predict::{SegmentOptions, segment, segment_all};
pub use task::target::{ScenesMaps, Target};
pub use task::top_down::loss::joints_mse;
pub use task::top_down::predict::{EvaluateOptions, Evaluated, FlipTest, evaluate, predict};
pub use task::training_set::TrainingSet;
