//! Interface of a task: the crop that a network sees, and the meaning of its maps.

use scalenas_base::{Image8, Size};

use crate::error::Result;

/// Prediction of a picture.
#[derive(Debug, Clone, PartialEq)]
pub enum Predicted {
    /// Joints of one person or animal.
    Joints(Vec<Joint>),
    /// Probability of every class of the picture, the likeliest first.
    Class(Vec<(String, f32)>),
    /// Class of every pixel of the picture.
    Classes {
        /// Names of the classes.
        names: Vec<String>,
        /// Number of the class per pixel, `[height, width]`.
        labels: Vec<u8>,
    },
}

/// Joint in a picture.
#[derive(Debug, Clone, PartialEq)]
pub struct Joint {
    /// Name.
    pub name: String,
    /// Columns and rows from the middle of the first pixel.
    pub at: [f64; 2],
    /// Height of its peak, about 1 where the network is sure.
    pub score: f32,
}

/// Task of a network with one head.
pub(crate) trait Task: Send + Sync {
    /// A picture as the network sees it: the part within `bbox` (`[x, y, width, height]` in pixels), or all of it.
    ///
    /// # Errors
    /// If the task has no use for boxes.
    fn crop(&self, picture: &Image8, bbox: Option<[f64; 4]>) -> Result<Image8>;

    /// Meaning of the maps `[outputs, height / 4, width / 4]` of such a crop of a picture of `size`.
    fn decode(
        &self,
        maps: &[f32],
        crop: Size,
        size: Size,
        bbox: Option<[f64; 4]>,
    ) -> Result<Predicted>;
}
