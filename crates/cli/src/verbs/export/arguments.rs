//! Arguments of `export`.

use std::path::PathBuf;

use clap::{ArgGroup, Args};
use scalenas_base::Size;
use scalenas_data::BoxPadding;
use scalenas_export::{Norms, OnnxOptions, Opset};

use crate::arguments::{DataArguments, DeviceArguments, NetworkArguments, Task, values};

/// Examples below the help text.
const EXAMPLES: &str = "\
The ending of --out chooses the form: .onnx; .safetensors with PyTorch's names; .py, PyTorch code that \
loads a .safetensors file written beside it. A .json beside each says all that a caller must do.

Examples:
  cargo xtask export --run runs/mine --arch best --out net.onnx
  cargo xtask export --run runs/mine --arch best --decode --sample --out net.onnx
  cargo xtask export --weights hrnet_w32.safetensors --input 256x192 --out hrnet_w32.py";

/// Arguments of `export`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
#[command(group = ArgGroup::new("network").required(true).args(["run", "weights"]))]
pub struct Arguments {
    /// Network.
    #[command(flatten)]
    pub network: NetworkArguments,
    /// File to write: .onnx, .safetensors or .py
    #[arg(long)]
    pub out: PathBuf,
    /// ONNX: joints in pixels with scores, or the class of every pixel, in the place of maps
    #[arg(long)]
    pub decode: bool,
    /// ONNX: keep batch normalisation as operators [default: folded into the convolutions]
    #[arg(long)]
    pub keep_norms: bool,
    /// ONNX: version of the operators
    #[arg(long, default_value_t = Opset::OLDEST.version())]
    pub opset: i64,
    /// Write pictures and the native outputs for them beside it (.sample.safetensors), with which any
    /// runtime can be checked
    #[arg(long)]
    pub sample: bool,
    /// Height and width of the input [default: the network's, else that usual for its task]
    #[arg(long, value_parser = values::size)]
    pub input: Option<Size>,
    /// Size of crops relative to the boxes, for the description [default: the network's, else 1.25]
    #[arg(long, value_name = "FACTOR", value_parser = values::box_padding)]
    pub box_padding: Option<BoxPadding>,
    /// Task whose head to export, where the network has several
    #[arg(long, value_enum)]
    pub task: Option<Task>,
    /// Names of joints or classes, built in or a RON file [default: the run's]
    #[arg(long)]
    pub facts: Option<String>,
    /// Data set of the pictures that calibrate the network.
    #[command(flatten)]
    pub data: DataArguments,
    /// Device.
    #[command(flatten)]
    pub device: DeviceArguments,
}

impl Arguments {
    /// Choices of an ONNX file.
    pub fn onnx(&self) -> Result<OnnxOptions, scalenas_export::Error> {
        let norms = if self.keep_norms { Norms::Kept } else { Norms::Folded };
        Ok(OnnxOptions { norms, decode: self.decode, opset: Opset::new(self.opset)? })
    }
}
