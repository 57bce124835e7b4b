//! Line charts of training: loss, validation metrics of named subnets, learning rate.

mod curve;
mod draw;
mod legend;
mod trace;

pub use curve::{Curve, Series};
pub use draw::curve_svg;

pub(crate) use draw::draw;
