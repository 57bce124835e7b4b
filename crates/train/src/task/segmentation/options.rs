//! Options of the loss over the pixels of labelled pictures.

use serde::{Deserialize, Serialize};

use super::hard_pixels::HardPixels;
use super::loss::PixelLoss;

/// Origin of the weights of classes in the loss.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum ClassWeights {
    /// Facts of the data set.
    Facts,
    /// Rarity of a class among the training pixels.
    Pixels,
    /// Equal weights.
    Equal,
}

/// Loss over pixels.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PixelOptions {
    /// Pixels that count.
    pub loss: PixelLoss,
    /// Origin of the weights of classes.
    pub class_weights: ClassWeights,
}

impl Default for PixelOptions {
    fn default() -> Self {
        Self { loss: PixelLoss::Ohem(HardPixels::default()), class_weights: ClassWeights::Facts }
    }
}
