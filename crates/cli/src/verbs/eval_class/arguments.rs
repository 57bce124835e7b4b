//! Arguments of `eval-class`.

use clap::{ArgGroup, Args};
use scalenas_base::Size;

use crate::arguments::{
    DataArguments, DeviceArguments, FlipTest, NetworkArguments, PrecisionArguments, values,
};

/// Examples below the help text.
const EXAMPLES: &str = "\
Pictures are in a folder per class, DATA/val/CLASS/*.jpg.

Examples:
  cargo xtask eval-class --run runs/pets
  cargo xtask eval-class --run runs/pets --arch best --split train
  cargo xtask eval-class --weights hrnet_w32_imagenet.safetensors --data datasets/imagenet";

/// Arguments of `eval-class`.
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
    /// Part of the data set
    #[arg(long, default_value = "val", value_parser = ["train", "val"])]
    pub split: String,
    /// Classes: a RON file of facts [default: the run's; for a file the folders of the training part]
    #[arg(long)]
    pub facts: Option<String>,
    /// Height and width of the input [default: the network's, else 224x224]
    #[arg(long, value_parser = values::size)]
    pub input: Option<Size>,
    /// Average the predictions of the picture and of its mirror image
    #[arg(long, value_enum, default_value_t = FlipTest::Off)]
    pub flip_test: FlipTest,
    /// Pictures per batch
    #[arg(long, default_value_t = 32, value_parser = values::count)]
    pub batch: usize,
    /// Number format.
    #[command(flatten)]
    pub precision: PrecisionArguments,
    /// Device.
    #[command(flatten)]
    pub device: DeviceArguments,
}
