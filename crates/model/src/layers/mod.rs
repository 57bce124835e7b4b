//! Layers of the networks, from the unit of convolution and normalisation to searched modules.
//!
//! Every layer knows its PyTorch checkpoint names, visits its parameters under them
//! (`for_each`), and lists its normalised units (`units`).

pub(crate) mod block;
pub(crate) mod doubling;
pub(crate) mod edge;
pub(crate) mod folded;
pub(crate) mod heads;
pub(crate) mod initializer;
pub(crate) mod merge;
pub(crate) mod module;
pub(crate) mod norms;
pub(crate) mod pointwise;
pub(crate) mod stem;
pub(crate) mod step;
pub(crate) mod transition;
pub(crate) mod unit;
