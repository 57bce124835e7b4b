//! Network that a verb scores.

use std::path::PathBuf;

use clap::Args;

/// Network that a verb scores.
#[derive(Debug, Args)]
pub struct NetworkArguments {
    /// Run folder of a supernet
    #[arg(long)]
    pub run: Option<PathBuf>,
    /// File of a single network
    #[arg(long)]
    pub weights: Option<PathBuf>,
    /// Architecture: smallest, middle, hrnet, largest, best or an id of the run's search, or a
    /// file [default: the one that the run trained alone, else largest]
    #[arg(long, conflicts_with = "weights")]
    pub arch: Option<String>,
}
