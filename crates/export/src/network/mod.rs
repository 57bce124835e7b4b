//! Layers of a network as operators of a graph.

mod backbone;
mod unit;
mod writer;

pub use backbone::write as write_backbone;
pub use unit::Unit;
pub use writer::{Norms, Writer};
