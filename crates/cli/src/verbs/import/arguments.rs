//! Arguments of `import`.

use std::path::PathBuf;

use clap::Args;

/// Examples below the help text.
const EXAMPLES: &str = "\
Example:
  cargo xtask import --pth pose_hrnet_w32_256x192.pth --out hrnet_w32.safetensors";

/// Arguments of `import`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct Arguments {
    /// PyTorch checkpoint
    #[arg(long)]
    pub pth: PathBuf,
    /// File to write (.safetensors)
    #[arg(long)]
    pub out: PathBuf,
    /// Take the single network of this architecture out of a supernet
    #[arg(long)]
    pub arch: Option<String>,
}
