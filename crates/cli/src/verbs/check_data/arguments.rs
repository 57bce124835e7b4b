//! Arguments of `check-data`.

use std::path::PathBuf;

use clap::Args;
use scalenas_base::Size;

use crate::arguments::{DataArguments, FileArguments, Task, values};

/// Examples below the help text.
const EXAMPLES: &str = "\
Examples:
  cargo xtask check-data --data datasets/coco
  cargo xtask check-data --annotations labels.json --images photos --val-share 0.1 --write-facts animals.ron
  cargo xtask check-data --task segmentation --data streets --facts my_classes.ron --sheet sheet.svg";

/// Arguments of `check-data`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct Arguments {
    /// Experiment file whose data, facts and input are checked
    #[arg(long, conflicts_with_all = ["task", "facts", "input"])]
    pub config: Option<PathBuf>,
    /// Prediction that is to be learnt
    #[arg(long, value_enum, default_value_t = Task::Pose)]
    pub task: Task,
    /// Data set.
    #[command(flatten)]
    pub data: DataArguments,
    /// Files of the data set.
    #[command(flatten)]
    pub files: FileArguments,
    /// Joints (coco, crowdpose or a file) or classes (cityscapes or a file) [default: the one RON file of
    /// facts in the folder of the data set, else coco, cityscapes]
    #[arg(long)]
    pub facts: Option<String>,
    /// Height and width of the network's input [default: the task's usual one]
    #[arg(long, value_parser = values::size)]
    pub input: Option<Size>,
    /// Write facts guessed from the joints that the annotations name here, and check with them
    #[arg(long, conflicts_with_all = ["config", "facts"])]
    pub write_facts: Option<PathBuf>,
    /// Write a contact sheet of annotated pictures (SVG) here
    #[arg(long)]
    pub sheet: Option<PathBuf>,
    /// Pictures of each part on the contact sheet
    #[arg(long, default_value_t = 24, value_parser = values::count)]
    pub samples: usize,
    /// Do not open pictures: broken ones and near-duplicates stay unknown
    #[arg(long)]
    pub quick: bool,
}
