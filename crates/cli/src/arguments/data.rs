//! Data set of a verb, and the treatment of its bad pictures.

use std::path::PathBuf;

use clap::Args;
use scalenas_data::BadImages;

/// Data set of a verb.
#[derive(Debug, Args)]
pub struct DataArguments {
    /// Data set folder in the layout of the task; overrides that of the run or experiment file
    #[arg(id = "data", long = "data", value_name = "DATA")]
    pub folder: Option<PathBuf>,
    /// Leave out pictures that are missing or damaged, and say how many
    #[arg(long)]
    pub skip_bad_images: bool,
}

impl DataArguments {
    /// Treatment of pictures that are missing or damaged.
    pub fn bad_images(&self) -> BadImages {
        if self.skip_bad_images { BadImages::Skip } else { BadImages::Fail }
    }
}
