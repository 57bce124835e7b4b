//! Layers of a network under their PyTorch checkpoint names, with exact parameters and MACs.

mod backbone;
mod classification;
mod geometry;
mod heads;
mod layer;
mod network;

pub use classification::ClassificationWidths;
pub use heads::BOTTOM_UP_BLOCKS;
pub use layer::{ConvKind, Layer, NORM_EPSILON, Source, Tail};
pub use network::layers;

pub(crate) use geometry::Geometry;
