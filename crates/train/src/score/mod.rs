//! Scores of networks on held-out data: prediction, calibration, validation, fitness of candidates.

pub mod calibration;
pub mod fitness;
pub mod flip;
pub mod grade;
pub mod keypoints;
pub mod network;
pub mod pictures;
pub mod validation;
