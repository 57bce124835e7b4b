//! Arguments of `rank`.

use std::path::PathBuf;

use clap::Args;

use crate::arguments::{Changes, DataArguments, DeviceArguments, values};

/// Examples below the help text.
const EXAMPLES: &str = "\
Networks between the smallest and the largest, spread over their cost, are scored with the weights of the supernet and \
with weights of their own, trained from nothing with one budget each. The figures say how far the order can be \
trusted: Kendall's tau with an interval, tau among networks of like cost, regret, and what cost alone would say.

A stopped call continues, and several processes share the trainings: start the command again, also from other \
terminals. Supernets of one space and data set can share the trained networks with --alone, or their scores alone.

Examples:
  cargo xtask rank --run runs/quick
  cargo xtask rank --run runs/quick --networks 40 --epochs 30 --seeds 3
  cargo xtask rank --run runs/sandwich --alone runs/quick/ranking/alone
  cargo xtask rank --run runs/fair --alone published/ranking_ap.json
  cargo xtask rank --run runs/quick --alone runs/quick/ranking/ranking_ap.json --calibration 32 --out runs/more
  cargo xtask rank --run runs/quick --networks 40 --seeds 2 --known published/ranking_ap.json
  cargo xtask rank --run runs/quick --fine-tune
  cargo xtask rank --run runs/quick --found --networks 8 --fine-tune";

/// Fewest networks whose order says anything.
pub const LEAST: usize = 3;

/// Arguments of `rank`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct Arguments {
    /// Run folder of a supernet
    #[arg(long)]
    pub run: PathBuf,
    /// Networks to compare
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u16).range(LEAST as i64..))]
    pub networks: u16,
    /// Compare networks of the front that the run's search found, at most so many, instead of a spread over all costs:
    /// whether winners keep their order
    #[arg(long)]
    pub found: bool,
    /// Trainings per network, which differ in their seed: their mean counts, and how far they agree is the best that
    /// any ranking can reach
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..=32))]
    pub seeds: u16,
    /// Start each network from the weights of the supernet instead of from nothing
    #[arg(long)]
    pub fine_tune: bool,
    /// Folder of the networks that are trained alone, or the JSON file of an earlier ranking with their scores
    /// [default: ranking/alone or ranking/tuned in the run folder]
    #[arg(long)]
    pub alone: Option<PathBuf>,
    /// JSON file of an earlier ranking, or of a stopped one (scores_….json), whose scores are taken; networks and seeds that
    /// it lacks are trained
    #[arg(long)]
    pub known: Option<PathBuf>,
    /// Folder of the results [default: ranking in the run folder; with --found, found in it]
    #[arg(long)]
    pub out: Option<PathBuf>,
    /// Training batches behind the statistics of a network that is scored with the weights of the supernet [default:
    /// the run's]
    #[arg(long, value_name = "BATCHES", value_parser = values::count)]
    pub calibration: Option<usize>,
    /// Data set.
    #[command(flatten)]
    pub data: DataArguments,
    /// Changes of the run's experiment, for the networks that are trained alone.
    #[command(flatten)]
    pub changes: Changes,
    /// Device.
    #[command(flatten)]
    pub device: DeviceArguments,
}
