//! Tasks, one room each: training data, target, loss, prediction and held-out data.

pub mod bottom_up;
pub mod segmentation;
pub mod target;
pub mod top_down;
pub mod training_set;
