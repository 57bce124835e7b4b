//! Arguments of `bench`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use scalenas_base::Size;

use crate::arguments::{DeviceArguments, PrecisionArguments, values};

/// Examples below the help text.
const EXAMPLES: &str = "\
Examples:
  cargo xtask bench --arch P2.json --width 32 --input 256x192 --batch 8 --mode train --json
  cargo xtask bench --arch P2.json --batch 1 8 --mode infer train --against torch.jsonl
  cargo xtask bench --space segmentation_lite --arch middle --input 256x512 --batch 1 --mode infer";

/// Kind of step that is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Mode {
    /// Forward of the extracted network with folded normalisation
    Infer,
    /// Forward, loss, backward and Adam
    Train,
}

/// Arguments of `bench`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct Arguments {
    /// Architecture: smallest, middle, hrnet, largest, or a file
    #[arg(long, default_value = "hrnet")]
    pub arch: String,
    /// Search space with one head: a preset or a RON file [default: the published pose space of the width]
    #[arg(long, conflicts_with = "width")]
    pub space: Option<String>,
    /// Width of the finest branch of the pose space
    #[arg(long, default_value_t = 32)]
    pub width: usize,
    /// Height and width of the input
    #[arg(long, default_value = "256x192", value_parser = values::size)]
    pub input: Size,
    /// Batch sizes
    #[arg(long, num_args = 1.., default_values_t = [1, 8], value_parser = values::count)]
    pub batch: Vec<usize>,
    /// Kinds of step to measure
    #[arg(long, num_args = 1.., value_enum, default_values_t = [Mode::Infer, Mode::Train])]
    pub mode: Vec<Mode>,
    /// Number format.
    #[command(flatten)]
    pub precision: PrecisionArguments,
    /// Repetitions, of which the median counts
    #[arg(long, default_value_t = 5)]
    pub reps: usize,
    /// JSON lines of another program to print ratios to: of those with the same mode, batch, width,
    /// input and dtype, the smallest `seconds` count; what a line does not say is not compared
    #[arg(long)]
    pub against: Option<PathBuf>,
    /// Device.
    #[command(flatten)]
    pub device: DeviceArguments,
}
