//! Arguments of `latency`.

use std::path::PathBuf;

use clap::{ArgGroup, Args};
use scalenas_base::Size;

use crate::arguments::{DeviceArguments, Format, values};

/// Examples below the help text.
const EXAMPLES: &str = "\
Layers and edges of a space are timed one by one, then whole networks; times of the parts that agree with both are \
written, with their error against networks that they were not fitted to. Measure on an idle machine.

Examples:
  cargo xtask latency --run runs/mine --out cpu.json
  cargo xtask latency --space pose_w32 --input 256x192 --batch 8 --out batch8.json
  cargo xtask evolve --run runs/mine --latency cpu.json --max-ms 5";

/// Arguments of `latency`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
#[command(group = ArgGroup::new("of").required(true).args(["run", "space"]))]
pub struct Arguments {
    /// Run whose space and input are measured
    #[arg(long)]
    pub run: Option<PathBuf>,
    /// Search space: a preset or a RON file
    #[arg(long)]
    pub space: Option<String>,
    /// Height and width of the input [default: the run's, else the usual one of the space's task]
    #[arg(long, value_parser = values::size)]
    pub input: Option<Size>,
    /// Pictures per batch
    #[arg(long, default_value_t = 1, value_parser = values::count)]
    pub batch: usize,
    /// Number format of features
    #[arg(long, value_enum, default_value_t = Format::F32)]
    pub precision: Format,
    /// Networks to measure; a third of them check the times that the others give
    #[arg(long, default_value_t = 60, value_parser = clap::value_parser!(u16).range(9..))]
    pub networks: u16,
    /// Repetitions, of which the median counts
    #[arg(long, default_value_t = 9)]
    pub reps: usize,
    /// Table to write (.json)
    #[arg(long)]
    pub out: PathBuf,
    /// Device.
    #[command(flatten)]
    pub device: DeviceArguments,
}
