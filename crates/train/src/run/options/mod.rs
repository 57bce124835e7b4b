//! Options of a training run; the defaults are the published recipe for top-down pose.
//!
//! Files hold them as one flat table (`document`).

mod document;
mod epochs;
pub mod evaluation;
mod length;
pub mod optimiser;
pub mod precision;
pub mod records;
pub mod sampling;
mod train;
pub mod weights;

pub use epochs::Epochs;
pub use evaluation::{CalibrationOptions, ValidationOptions};
pub use optimiser::{Momentum, OptimizerOptions, ScheduleOptions};
pub use precision::Precision;
pub use records::CheckpointOptions;
pub use sampling::{Sandwich, SubnetSampling};
pub use train::TrainOptions;
pub use weights::{DistillationOptions, WeightOptions};
