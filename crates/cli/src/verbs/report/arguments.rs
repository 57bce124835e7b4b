//! Arguments of `report`.

use std::path::PathBuf;

use clap::Args;

/// Examples below the help text.
const EXAMPLES: &str = "\
Example:
  cargo xtask report --run runs/quick";

/// Arguments of `report`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct Arguments {
    /// Run folder
    #[arg(long)]
    pub run: PathBuf,
    /// Page to write [default: report.html in the run folder]
    #[arg(long)]
    pub out: Option<PathBuf>,
}
