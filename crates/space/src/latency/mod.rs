//! Milliseconds of a network on a device, as a sum over its parts.
//!
//! Parts are those of the exact cost: stem and heads together, the transition that starts a branch, a block of a
//! branch, an edge between two branches, each as often as it runs. Their milliseconds are fitted to measured networks.

mod fit;
mod parts;
mod table;

pub use fit::fit;
pub use parts::{PartLayers, PartTimes};
pub use table::{Accuracy, LatencyTable};
