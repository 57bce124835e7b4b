//! Networks for other runtimes: an ONNX graph, with decoding on request; a PyTorch file that stands
//! alone; a JSON description of everything that a caller has to do around them.
//!
//! ```
//! use burn::backend::Flex;
//! use burn::tensor::Tensor;
//! use scalenas_base::Size;
//! use scalenas_data::Framing;
//! use scalenas_export::{Norms, OnnxOptions, Opset, Source, Tensor as Plain, to_onnx};
//! use scalenas_model::{Calibration, NamedParameters, Supernet};
//! use scalenas_space::{Architecture, SpaceSpec};
//!
//! let (space, input, device) = (SpaceSpec::tiny(), Size::new(64, 32), Default::default());
//! let supernet = Supernet::<Flex>::new(&space, 0, &device);
//! let architecture = Architecture::smallest(&space);
//! let mut calibration = Calibration::new(&supernet, supernet.plan(&architecture));
//! calibration.add(Tensor::ones([2, 3, 64, 32], &device));
//! let network = supernet.extract(&architecture, &calibration.finish());
//!
//! let mut tensors = network.layers().to_named();
//! tensors.extend(network.statistics().to_named());
//! let plain = tensors.into_iter().map(|(name, data)| {
//!     (name, Plain { shape: data.shape.to_vec(), values: data.iter::<f32>().collect() })
//! });
//! let (tensors, framing) = (plain.collect(), Framing::default());
//! let source = Source { space, architecture, tensors, input, framing };
//! let options = OnnxOptions { norms: Norms::Folded, decode: true, opset: Opset::OLDEST };
//! let (file, outputs) = to_onnx(&source, options)?;
//! assert!(!file.is_empty());
//! // Joints in pixels of the input, and their scores.
//! assert_eq!(outputs.iter().map(|output| &*output.name).collect::<Vec<_>>(), ["joints", "scores"]);
//! # Ok::<(), scalenas_export::Error>(())
//! ```
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

pub use description::{FORMAT, Facts, VERSION, describe};
pub use error::{Error, Result};
pub use network::Norms;
pub use onnx::{OnnxOptions, Opset, to_onnx};
pub use outputs::{Length, Output};
pub use pytorch::to_pytorch;
pub use source::Source;
pub use task::check_decoding;
pub use tensor::{NamedTensors, Tensor};
