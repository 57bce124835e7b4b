//! Arguments of `evolve`.

use std::path::PathBuf;

use clap::Args;

use crate::arguments::{DataArguments, DeviceArguments, PrecisionArguments, values};

/// Examples below the help text.
const EXAMPLES: &str = "\
Examples:
  cargo xtask evolve --run runs/quick
  cargo xtask evolve --run runs/quick --max-gmacs 0.05 --generations 10
  cargo xtask evolve --run runs/quick --latency cpu.json --max-ms 5
  cargo xtask evolve --run runs/quick --seeds 5
  cargo xtask evolve --run runs/quick --from-scores --max-mparams 0.5
  cargo xtask evolve --run runs/quick --worker
  cargo xtask evolve --run runs/quick --archive postgres://me:secret@host/scores --share
  cargo xtask evolve --run /tmp/quick --archive postgres://me:secret@host/scores --worker --fetch --data coco";

/// Arguments of `evolve`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
#[expect(clippy::struct_excessive_bools, reason = "switches of the command line")]
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
    /// Score nothing: print the front of the networks that the archive has scores of, under these ceilings
    #[arg(long, conflicts_with_all = ["force", "generations", "config"])]
    pub from_scores: bool,
    /// Database of the scores, which several searches and machines may share: a file, or
    /// postgres://USER:PASSWORD@HOST/DATABASE [default: search/archive.sqlite in the run folder]
    #[arg(long, value_name = "PLACE")]
    pub archive: Option<String>,
    /// Help a search that another process runs: score, and write no files
    #[arg(long, conflicts_with_all = ["force", "from_scores"])]
    pub worker: bool,
    /// Put the run's weights and settings into the archive, for workers on machines that do not have them
    #[arg(long, requires = "archive", conflicts_with_all = ["worker", "from_scores"])]
    pub share: bool,
    /// Fetch the run that was shared last into the folder --run, if it is not there yet
    #[arg(long, requires_all = ["archive", "worker"])]
    pub fetch: bool,
    /// Searches of so many seeds, each beside as many random networks: whether the search is worth its time
    #[arg(long, default_value_t = 1, value_parser = values::count)]
    pub seeds: usize,
    /// Generations
    #[arg(long)]
    pub generations: Option<usize>,
    /// Networks above this many 10^9 multiply-accumulates are not considered
    #[arg(long, value_parser = values::factor)]
    pub max_gmacs: Option<f64>,
    /// Networks above this many million parameters are not considered
    #[arg(long, value_parser = values::factor)]
    pub max_mparams: Option<f64>,
    /// Networks above this many milliseconds by the table of --latency are not considered
    #[arg(long, value_parser = values::factor)]
    pub max_ms: Option<f64>,
    /// Weigh scores against the milliseconds of this table, which `latency` writes, instead of multiply-accumulates
    #[arg(long, value_name = "TABLE")]
    pub latency: Option<PathBuf>,
    /// Maximum number of people (top-down) or pictures that a candidate is scored on; 0 for all
    #[arg(long, default_value_t = 0)]
    pub people: usize,
    /// Change any key of the file: --set search.survivors=20
    #[arg(long = "set", value_name = "KEY=VALUE")]
    pub set: Vec<String>,
    /// Number format.
    #[command(flatten)]
    pub precision: PrecisionArguments,
    /// Device.
    #[command(flatten)]
    pub device: DeviceArguments,
}
