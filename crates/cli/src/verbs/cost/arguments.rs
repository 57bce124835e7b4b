//! Arguments of `cost`.

use std::path::PathBuf;

use clap::Args;
use scalenas_base::Size;

use crate::arguments::values;

/// Examples below the help text.
const EXAMPLES: &str = "\
Examples:
  cargo xtask cost --arch P2.json --input 256x192
  cargo xtask cost --arch hrnet --space pose_w48 --input 384x288 --json
  cargo xtask cost --arch largest --space my_space.ron --input 256x192 --picture net.svg";

/// Arguments of `cost`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct Arguments {
    /// Architecture: smallest, middle, hrnet, largest, or a file (.json, .ron, .npy)
    #[arg(long)]
    pub arch: String,
    /// Search space: a preset or a RON file (base: "pose_w32", widths: [...]) [default: that of the file]
    #[arg(long)]
    pub space: Option<String>,
    /// Height and width of the input [default: that of the file]
    #[arg(long, value_parser = values::size)]
    pub input: Option<Size>,
    /// List every layer
    #[arg(long)]
    pub layers: bool,
    /// Draw the architecture (SVG) here
    #[arg(long)]
    pub picture: Option<PathBuf>,
}
