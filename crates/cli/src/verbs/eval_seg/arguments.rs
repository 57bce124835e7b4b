//! Arguments of `eval-seg`.

use std::path::PathBuf;

use clap::{ArgGroup, Args};
use scalenas_base::Size;

use crate::arguments::{
    DataArguments, DeviceArguments, FlipTest, NetworkArguments, PrecisionArguments, values,
};

/// Examples below the help text.
const EXAMPLES: &str = "\
Examples:
  cargo xtask eval-seg --run runs/streets --data datasets/cityscapes
  cargo xtask eval-seg --run runs/streets --arch best --scales 0.5 1 1.5 --flip-test on --pictures out/
  cargo xtask eval-seg --weights S1.safetensors --data datasets/cityscapes --split test --submission out/";

/// Arguments of `eval-seg`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
#[command(group = ArgGroup::new("net").required(true).args(["run", "weights"]))]
pub struct Arguments {
    /// Network.
    #[command(flatten)]
    pub network: NetworkArguments,
    /// Data set.
    #[command(flatten)]
    pub data: DataArguments,
    /// Part of the data set: train, val, test or another folder of it
    #[arg(long, default_value = "val")]
    pub split: String,
    /// List of pictures and their labels, one per line, instead of a part
    #[arg(long)]
    pub list: Option<PathBuf>,
    /// Classes: cityscapes or a RON file of facts [default: the network's, else those of the one such file in the
    /// data set's folder, else cityscapes]
    #[arg(long)]
    pub facts: Option<String>,
    /// Sizes to predict at, as factors of the picture's own
    #[arg(long, num_args = 1.., default_values_t = [1.0], value_parser = values::factor)]
    pub scales: Vec<f64>,
    /// Average the predictions of the picture and of its mirror image
    #[arg(long, value_enum, default_value_t = FlipTest::Off)]
    pub flip_test: FlipTest,
    /// Height and width of sliding windows [default: the whole picture at once]
    #[arg(long, value_parser = values::size)]
    pub window: Option<Size>,
    /// Maximum number of pictures to predict; 0 for all
    #[arg(long, default_value_t = 0)]
    pub most: usize,
    /// Write pictures with the predicted classes laid over them here
    #[arg(long)]
    pub pictures: Option<PathBuf>,
    /// Write label pictures for the benchmark's server here
    #[arg(long)]
    pub submission: Option<PathBuf>,
    /// Number format.
    #[command(flatten)]
    pub precision: PrecisionArguments,
    /// Device.
    #[command(flatten)]
    pub device: DeviceArguments,
}
