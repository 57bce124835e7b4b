//! Number format of features in an evaluation.

use anyhow::Result;
use clap::{Args, ValueEnum};
use scalenas_kernels::KernelBackend;
use scalenas_train::Precision;

use crate::context::device::{DeviceChoice, on_device};
use crate::error::user;
use crate::render::Output;

/// Number format of features, or the device's choice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Choice {
    /// Float32
    F32,
    /// Bfloat16
    Bf16,
    /// Bfloat16 where the device is faster in it, otherwise float32
    Auto,
}

/// Number format of features.
#[derive(Debug, Clone, Copy, Args)]
pub struct PrecisionArguments {
    /// Number format of features; weights, statistics and predictions are float32 in all
    #[arg(id = "precision", long = "precision", value_enum, default_value_t = Choice::F32)]
    pub choice: Choice,
}

impl PrecisionArguments {
    /// The format to compute in on a device; says what it chose.
    ///
    /// # Errors
    /// If the device does not have it.
    pub fn settle(self, device: DeviceChoice, output: Output) -> Result<Precision> {
        let precision = match self.choice {
            Choice::F32 => Precision::F32,
            Choice::Bf16 => Precision::Bf16,
            Choice::Auto => Precision::Auto,
        };
        let (settled, fits) = settle(precision, device, output)?;
        if fits {
            return Ok(settled);
        }
        Err(user(format!("--precision bf16: {device} has none; accepted: f32, auto")))
    }
}

/// The format that a precision stands for on a device, and whether the device has it; says what `Auto` became.
///
/// # Errors
/// If the device is not in this build.
pub fn settle(
    precision: Precision,
    device: DeviceChoice,
    output: Output,
) -> Result<(Precision, bool)> {
    let (is_faster, has_it) = on_device!(device, abilities())?;
    let settled = precision.settled(is_faster);
    if precision == Precision::Auto {
        let (name, is) = (settled.name(), if is_faster { "is" } else { "is not" });
        output.say(format!("precision {name}: {device} {is} faster in bf16"));
    }
    Ok((settled, settled == Precision::F32 || has_it))
}

/// Whether a device is faster in bfloat16, and whether it has it at all.
#[expect(clippy::unnecessary_wraps, reason = "as for every program on a device")]
fn abilities<B: KernelBackend>(device: &B::Device) -> Result<(bool, bool)> {
    Ok((B::is_faster_in_bfloat16(device), Precision::Bf16.fits::<B>(device)))
}
