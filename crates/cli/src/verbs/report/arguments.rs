//! Arguments of `report`.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::Args;

/// Examples below the help text.
const EXAMPLES: &str = "\
Examples:
  cargo xtask report --run runs/quick
  cargo xtask report --run runs/quick --serve";

/// Arguments of `report`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct Arguments {
    /// Run folder
    #[arg(long)]
    pub run: PathBuf,
    /// Show the page to browsers at this address instead, anew while the run goes on [without a value: 127.0.0.1:8642]
    #[arg(long, value_name = "ADDRESS", num_args = 0..=1, default_missing_value = "127.0.0.1:8642", conflicts_with = "out", value_parser = address)]
    pub serve: Option<SocketAddr>,
    /// Page to write [default: report.html in the run folder]
    #[arg(long)]
    pub out: Option<PathBuf>,
}

/// An address to serve at.
fn address(text: &str) -> Result<SocketAddr, String> {
    text.parse()
        .map_err(|_| "accepted: an address with its port, such as 127.0.0.1:8642".to_owned())
}
