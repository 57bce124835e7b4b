//! Parts of every chart: scales with readable ticks, and the frame of axes around the data.

mod frame;
mod number;
mod scale;

pub(crate) use frame::{Axis, Frame};
pub(crate) use number::compact;
pub(crate) use scale::{Margin, Scale, Spacing};
