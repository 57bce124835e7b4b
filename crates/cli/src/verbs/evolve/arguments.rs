//! Arguments of `evolve`.

use std::path::PathBuf;

use clap::Args;

use crate::arguments::{DataArguments, DeviceArguments};

/// Examples below the help text.
const EXAMPLES: &str = "\
Examples:
  cargo xtask evolve --run runs/quick
  cargo xtask evolve --run runs/quick --max-gmacs 0.05 --generations 10
  cargo xtask evolve --run runs/quick --from-scores --max-mparams 0.5";

/// Arguments of `evolve`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct Arguments {
    /// Folder of a trained supernet
    #[arg(long)]
    pub run: PathBuf,
    /// Experiment file whose `search` is used [default: the run's own]
    #[arg(long)]
    pub config: Option<PathBuf>,
    /// Data set.
    #[command(flatten)]
    pub data: DataArguments,
    /// Start over although the run has a search already
    #[arg(long)]
    pub force: bool,
    /// Score nothing: print the front of the networks that the run's search scored, under these ceilings
    #[arg(long, conflicts_with_all = ["force", "generations", "config"])]
    pub from_scores: bool,
    /// Generations
    #[arg(long)]
    pub generations: Option<usize>,
    /// Networks above this many 10^9 multiply-accumulates are not considered
    #[arg(long)]
    pub max_gmacs: Option<f64>,
    /// Networks above this many million parameters are not considered
    #[arg(long)]
    pub max_mparams: Option<f64>,
    /// Maximum number of people (top-down) or pictures that a candidate is scored on; 0 for all
    #[arg(long, default_value_t = 0)]
    pub people: usize,
    /// Change any key of the file: --set search.survivors=20
    #[arg(long = "set", value_name = "KEY=VALUE")]
    pub set: Vec<String>,
    /// Device.
    #[command(flatten)]
    pub device: DeviceArguments,
}
