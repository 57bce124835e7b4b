//! Arguments of `finetune`.

use std::path::PathBuf;

use clap::{ArgGroup, Args};

use crate::arguments::{Changes, DataArguments, DeviceArguments};
use crate::verbs::supernet::TogetherArguments;

/// Examples below the help text.
const EXAMPLES: &str = "\
A fine-tuned network is a run of its own, with checkpoints, metrics and report; evaluate, export and use it \
with --run. It takes 20 epochs, as published, at a tenth of the run's learning rate, which falls again \
after 70 % of them; --from-nothing takes the run's own schedule and random weights.

Examples:
  cargo xtask finetune --run runs/mine --arch best
  cargo xtask finetune --run runs/mine --arch 4fe300df5964 --epochs 40 --out runs/small
  cargo xtask finetune --run runs/mine --arch best --from-nothing --out runs/control
  cargo xtask finetune --resume runs/mine-best";

/// Arguments of `finetune`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
#[command(group = ArgGroup::new("origin").required(true).args(["run", "resume"]))]
pub struct Arguments {
    /// Run folder of a supernet, or of a network that was trained alone
    #[arg(long)]
    pub run: Option<PathBuf>,
    /// Architecture: smallest, middle, hrnet, largest, best or an id of the run's search, or a file [default:
    /// the one that the run trained alone, else best]
    #[arg(long)]
    pub arch: Option<String>,
    /// Start from random weights instead of those of the supernet
    #[arg(long)]
    pub from_nothing: bool,
    /// Folder of the new run [default: RUN-ARCHITECTURE]
    #[arg(long)]
    pub out: Option<PathBuf>,
    /// Continue the run in this folder
    #[arg(long, conflicts_with_all = ["force", "out", "run", "from_nothing"])]
    pub resume: Option<PathBuf>,
    /// Replace the run that is in the folder
    #[arg(long)]
    pub force: bool,
    /// Data set.
    #[command(flatten)]
    pub data: DataArguments,
    /// Changes of the run's experiment.
    #[command(flatten)]
    pub changes: Changes,
    /// Device.
    #[command(flatten)]
    pub device: DeviceArguments,
    /// Devices that train together.
    #[command(flatten)]
    pub together: TogetherArguments,
}
