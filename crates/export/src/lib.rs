//! Networks for other runtimes: an ONNX graph, with decoding on request; a PyTorch file that stands
//! alone; a JSON description of everything that a caller has to do around them.
//!
//! Invariants:
//! - a graph has the layers that influence an output, no other;
//! - outputs equal those of the native network within rounding, decoding included;
//! - one [`Source`] makes all files, so that they cannot disagree.

mod description;
mod error;
mod graph;
mod network;
mod onnx;
mod outputs;
mod pytorch;
mod source;
mod task;
mod tensor;

pub use description::{Facts, describe};
pub use error::{Error, Result};
pub use network::Norms;
pub use onnx::{OnnxOptions, Opset, to_onnx};
pub use outputs::{Length, Output};
pub use pytorch::to_pytorch;
pub use source::Source;
pub use task::check_decoding;
pub use tensor::{NamedTensors, Tensor};
