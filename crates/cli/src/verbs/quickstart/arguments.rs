//! Arguments of `quickstart`.

use std::path::PathBuf;

use clap::Args;

use crate::arguments::{Changes, DeviceArguments, PoseHead, Task};

/// Examples below the help text.
const EXAMPLES: &str = "\
Examples:
  cargo xtask quickstart
  cargo xtask quickstart --task segmentation --out runs/streets
  cargo xtask quickstart --head bottom-up --out runs/crowds
  cargo xtask quickstart --seed 7 --out runs/seven";

/// Arguments of `quickstart`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct Arguments {
    /// Task of the networks
    #[arg(long, value_enum, default_value_t = Task::Pose, conflicts_with = "config")]
    pub task: Task,
    /// Method of pose estimation
    #[arg(long, value_enum, default_value_t, conflicts_with = "config")]
    pub head: PoseHead,
    /// Folder for data, run and report
    #[arg(long, default_value = "runs/quickstart")]
    pub out: PathBuf,
    /// Experiment file [default: the built-in configs/quickstart.ron]
    #[arg(long)]
    pub config: Option<PathBuf>,
    /// Changes of the experiment file.
    #[command(flatten)]
    pub changes: Changes,
    /// Device.
    #[command(flatten)]
    pub device: DeviceArguments,
    /// Continue the run that is in the folder
    #[arg(long, conflicts_with = "force")]
    pub resume: bool,
    /// Replace the run that is in the folder
    #[arg(long)]
    pub force: bool,
}
