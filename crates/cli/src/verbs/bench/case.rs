//! One measurement.

use scalenas_base::Size;
use scalenas_space::{Architecture, SpaceSpec};
use scalenas_train::Precision;
use serde_json::{Value, json};

use super::arguments::{Arguments, Mode};
use crate::networks::step::{Repetitions, Step};

/// Steps before the clock starts: caches, tuning, page faults.
const WARM_UP: usize = 2;

/// Number of COCO joints.
pub const JOINTS: usize = 17;

/// Measurement: architecture, mode and batch size.
pub struct Case<'a> {
    /// Arguments of the verb.
    pub arguments: &'a Arguments,
    /// Search space.
    pub space: &'a SpaceSpec,
    /// Measured architecture.
    pub architecture: &'a Architecture,
    /// Kind of step.
    pub mode: Mode,
    /// Pictures per batch.
    pub batch: usize,
    /// Number format of features.
    pub precision: Precision,
}

impl Case<'_> {
    /// Name of the mode in results.
    pub fn mode_name(&self) -> &'static str {
        match self.mode {
            Mode::Infer => "infer",
            Mode::Train => "train",
        }
    }

    /// The training step of the measurement.
    pub fn step(&self) -> Step<'_> {
        let Self { space, architecture, batch, arguments, precision, .. } = *self;
        Step { space, architecture, input: arguments.input, batch, precision }
    }

    /// Repetitions, as the arguments say.
    pub fn repetitions(&self) -> Repetitions {
        Repetitions { warm_up: WARM_UP, counted: self.arguments.reps }
    }

    /// Keys and values that identify the measurement.
    pub fn facts(&self) -> Value {
        let Size { height, width } = self.arguments.input;
        json!({
            "framework": concat!("scalenas ", env!("CARGO_PKG_VERSION")),
            "arch": self.arguments.arch,
            "width": self.space.widths.first(),
            "input": [height, width],
            "batch": self.batch,
            "mode": self.mode_name(),
            "device": self.arguments.device.choice.to_string(),
            "dtype": self.precision.name(),
        })
    }
}
