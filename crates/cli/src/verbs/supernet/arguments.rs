//! Arguments of `supernet`.

use std::path::PathBuf;

use clap::Args;

use super::together::TogetherArguments;
use crate::arguments::{Changes, DataArguments, DeviceArguments, FileArguments, values};

/// Examples below the help text.
const EXAMPLES: &str = "\
Examples:
  cargo xtask supernet --config configs/pose/quick.ron --data datasets/coco
  cargo xtask supernet --resume runs/quick
  cargo xtask supernet --config configs/pose/quick.ron --annotations labels.json --images photos --val-share 0.1
  cargo xtask supernet --config configs/pose/quick.ron --dry-run --sheet crops.svg
  cargo xtask --features cuda supernet --config configs/pose/quick.ron --devices cuda:0,cuda:1
  cargo xtask --features cuda supernet --config configs/pose/quick.ron --devices cuda:0,cuda:1 --ranks 4
  cargo xtask --features cuda supernet --join first-machine:29400 --devices cuda:0,cuda:1";

/// Arguments that the process decides which started the run.
const OF_THE_RUN: [&str; 22] = [
    "config",
    "resume",
    "out",
    "force",
    "dry_run",
    "sheet",
    "samples",
    "ranks",
    "listen",
    "data",
    "skip_bad_images",
    "apply_exif",
    "largest_picture",
    "annotations",
    "images",
    "val_share",
    "category",
    "boxes",
    "epochs",
    "batch",
    "seed",
    "set",
];

/// Arguments of `supernet`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct Arguments {
    /// Experiment file [default: the resumed run's]
    #[arg(long, required_unless_present_any = ["resume", "join"])]
    pub config: Option<PathBuf>,
    /// Data set.
    #[command(flatten)]
    pub data: DataArguments,
    /// Files of the data set.
    #[command(flatten)]
    pub files: FileArguments,
    /// Folder of the run [default: runs/NAME OF THE FILE]
    #[arg(long)]
    pub out: Option<PathBuf>,
    /// Continue the run in this folder
    #[arg(long, conflicts_with_all = ["force", "out"])]
    pub resume: Option<PathBuf>,
    /// Replace the run that is in the folder
    #[arg(long)]
    pub force: bool,
    /// Check everything and print the plan without training
    #[arg(long)]
    pub dry_run: bool,
    /// With --dry-run: write a contact sheet of training samples here, varied as in the first epoch (SVG)
    #[arg(long, requires = "dry_run")]
    pub sheet: Option<PathBuf>,
    /// Training samples of each task on the contact sheet
    #[arg(long, default_value_t = 24, value_parser = values::count, requires = "sheet")]
    pub samples: usize,
    /// Changes of the experiment file.
    #[command(flatten)]
    pub changes: Changes,
    /// Train along in the run that waits at this address
    #[arg(long, value_name = "HOST:PORT", conflicts_with_all = OF_THE_RUN)]
    pub join: Option<String>,
    /// Device.
    #[command(flatten)]
    pub device: DeviceArguments,
    /// Devices that train together.
    #[command(flatten)]
    pub together: TogetherArguments,
}
