//! Tests of training, linked as one program.

mod bottom_up_loss;
mod common;
mod fitness;
mod foreign_checkpoint;
#[path = "../../../../tests/formula.rs"]
mod formula;
mod golden;
mod learning;
mod metrics;
mod ranks;
mod resume;
mod segmentation_loss;
mod top_down_loss;
mod trajectories;
