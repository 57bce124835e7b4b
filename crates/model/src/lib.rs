//! The weight-sharing supernet and the networks extracted from it, as burn modules.
//!
//! Source: ScaleNAS (arXiv 2011.14584) over the HRNet reference network.
//!
//! ```
//! use burn::backend::Flex;
//! use burn::tensor::Tensor;
//! use scalenas_model::{Calibration, Supernet};
//! use scalenas_space::{Architecture, SpaceSpec};
//!
//! let (space, device) = (SpaceSpec::tiny(), Default::default());
//! let supernet = Supernet::<Flex>::new(&space, 0, &device);
//! let pictures = Tensor::<Flex, 4>::ones([2, 3, 64, 32], &device);
//! // A subnet needs statistics of its own before it can predict.
//! let smallest = Architecture::smallest(&space);
//! let mut calibration = Calibration::new(&supernet, supernet.plan(&smallest));
//! calibration.add(pictures.clone());
//! let network = supernet.extract(&smallest, &calibration.finish());
//! assert_eq!(network.forward(pictures).dims(), [2, 17, 16, 8]);
//! ```
//!
//! Invariants:
//! - modules hold learnable parameters only; normalisation statistics are a value of their own
//!   ([`Statistics`]), and evaluation takes them together with the subnet that they belong to
//!   ([`Calibrated`]): without them, or with another's, it does not type-check;
//! - a forward pass follows a [`scalenas_space::plan::Plan`] and computes the layers it lists,
//!   nothing else;
//! - every parameter carries its PyTorch checkpoint name, so import, export and reports share it.

mod error;
mod files;
mod layers;
mod networks;
mod statistics;

pub use error::{Error, Result};
pub use files::import;
pub use files::parameters::{Absent, Applied, NamedParameters, NamedTensors, Parameter};
pub use files::store::to_safetensors;
pub use layers::heads::Prediction;
pub use networks::{
    Calibrated, Calibration, FoldedSubnet, InferenceNet, ScaleNet, Start, Subnet, Supernet,
    load_supernet, save_supernet,
};
pub use statistics::{BatchShare, BatchStatistics, LayerStatistics, Statistics};
