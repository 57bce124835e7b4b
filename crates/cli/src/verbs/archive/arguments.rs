//! Arguments of `archive`.

use std::path::PathBuf;

use clap::{ArgGroup, Args, Subcommand};

/// Examples below the help text.
const EXAMPLES: &str = "\
Examples:
  cargo xtask archive list --run runs/quick
  cargo xtask archive export --run runs/quick --out scores.csv
  cargo xtask archive merge --archive postgres://me:secret@host/scores --from runs/quick/search/archive.sqlite
  cargo xtask archive clean --run runs/quick";

/// Arguments of `archive`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct Arguments {
    /// Action.
    #[command(subcommand)]
    pub action: Action,
}

/// Actions on an archive.
#[derive(Debug, Subcommand)]
pub enum Action {
    /// List evaluations: weights, data and settings, with the numbers of scored and open networks
    List(Chosen),
    /// Write the scored networks as CSV or JSON
    Export {
        /// Archive.
        #[command(flatten)]
        chosen: Chosen,
        /// Evaluation, by its key or the beginning of it [default: all]
        #[arg(long)]
        evaluation: Option<String>,
        /// File to write: .csv or .json
        #[arg(long)]
        out: PathBuf,
    },
    /// Add the scores of another archive
    Merge {
        /// Archive.
        #[command(flatten)]
        chosen: Chosen,
        /// Archive whose scores are added: a file or postgres://…
        #[arg(long, value_name = "PLACE")]
        from: String,
    },
    /// Remove networks without a score that nobody works on, or an evaluation with all of its scores
    Clean {
        /// Archive.
        #[command(flatten)]
        chosen: Chosen,
        /// Evaluation to remove, by its key or the beginning of it
        #[arg(long)]
        evaluation: Option<String>,
        /// Remove the files of shared runs instead; scores stay
        #[arg(long, conflicts_with = "evaluation")]
        shared: bool,
    },
}

/// Archive that an action works on.
#[derive(Debug, Args)]
#[command(group = ArgGroup::new("place").required(true).args(["run", "archive"]))]
pub struct Chosen {
    /// Run folder whose archive it is
    #[arg(long)]
    pub run: Option<PathBuf>,
    /// Archive: a file, or postgres://USER:PASSWORD@HOST/DATABASE
    #[arg(long, value_name = "PLACE")]
    pub archive: Option<String>,
}
