//! Arguments of `check-device`.

use clap::Args;
use scalenas_base::Size;

use crate::arguments::{Format, values};
use crate::context::device::DeviceChoice;

/// Examples below the help text.
const EXAMPLES: &str = "\
Examples:
  cargo xtask --features cuda check-device --device cuda
  cargo xtask --features vulkan check-device --device vulkan --space segmentation_w48 --input 512x1024 --batch 1
  cargo xtask check-device --space tiny --input 64x64";

/// Arguments of `check-device`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct Arguments {
    /// Search space whose operations are compared
    #[arg(long, default_value = "pose_w32")]
    pub space: String,
    /// Height and width of the input
    #[arg(long, default_value = "256x192", value_parser = values::size)]
    pub input: Size,
    /// Pictures per batch
    #[arg(long, default_value_t = 2, value_parser = values::count)]
    pub batch: usize,
    /// Number format of features on the device
    #[arg(long, value_enum, default_value_t = Format::F32)]
    pub precision: Format,
    /// Largest difference allowed, relative to the largest value [default: 1e-3 for f32, 3e-2 for bf16]
    #[arg(long, value_parser = values::factor)]
    pub limit: Option<f64>,
    /// Device to compare; cpu compares its kernels with the framework's own operations
    #[arg(long, default_value = "cpu")]
    pub device: DeviceChoice,
}
