//! Steps of the weights: Adam and the schedule of the learning rate.

pub mod adam;
pub mod all_at_once;
pub mod clip;
pub mod decay;
pub mod schedule;
pub mod sgd;
