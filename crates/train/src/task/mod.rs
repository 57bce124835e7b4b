//! Tasks, one room each: training data, target, loss, prediction and held-out data.
//!
//! Outside the rooms, code sees the traits of [`interface`] and the enums of [`registry`].

pub mod bottom_up;
pub mod classification;
pub mod data;
pub mod interface;
pub mod registry;
pub mod segmentation;
pub mod top_down;
