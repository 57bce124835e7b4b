//! Normalisation statistics, kept beside the shared weights.
//!
//! A weight-sharing supernet has one set of weights and as many sets of statistics as subnets: the
//! layers of one subnet see other features than those of another. Every evaluation therefore brings
//! statistics of its own, calibrated for that subnet (exact averages over a few training batches), and
//! the shared weights are never touched.

mod average;
mod batch;
mod layer;
mod named;

pub(crate) use average::Average;
pub use batch::{BatchShare, BatchStatistics};
pub use layer::LayerStatistics;
pub(crate) use named::MEAN;
pub use named::Statistics;
