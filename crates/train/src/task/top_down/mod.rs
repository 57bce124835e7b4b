//! Top-down pose: heatmaps of the joints of one person per crop.
//!
//! Source: HRNet reference.

mod held_out;
mod loss;
mod predict;
mod training;

pub use held_out::HeldOut;
pub use loss::joints_mse;
pub use predict::{EvaluateOptions, Evaluated, evaluate, predict};
pub use training::{Target, Training};
