//! Arguments of `synth`.

use std::path::PathBuf;

use clap::Args;
use scalenas_base::Size;

use crate::arguments::{Task, values};

/// Examples below the help text.
const EXAMPLES: &str = "\
Examples:
  cargo xtask synth --out datasets/synthetic --train 400 --val 100
  cargo xtask synth --task segmentation --out datasets/streets --size 128x256
  cargo xtask synth --task classification --out datasets/shapes";

/// Arguments of `synth`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct Arguments {
    /// Task that the pictures are for
    #[arg(long, value_enum, default_value_t = Task::Pose)]
    pub task: Task,
    /// Folder to write to
    #[arg(long)]
    pub out: PathBuf,
    /// Pictures to train on
    #[arg(long, default_value_t = 400, value_parser = values::count)]
    pub train: usize,
    /// Held-out pictures
    #[arg(long, default_value_t = 100, value_parser = values::count)]
    pub val: usize,
    /// Height and width of the pictures [default: 240x320, streets 128x256, shapes 96x96]
    #[arg(long, value_parser = values::size)]
    pub size: Option<Size>,
    /// Maximum number of people per picture; applies to people alone
    #[arg(long, default_value_t = 4)]
    pub people: usize,
    /// Seed of every random number
    #[arg(long, default_value_t = 0)]
    pub seed: u64,
    /// Replace the data set that is in the folder
    #[arg(long)]
    pub force: bool,
}
