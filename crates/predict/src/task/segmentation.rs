//! Class of every pixel of a picture, which is resized to the input.

use scalenas_base::{Image8, Size};
use scalenas_data::pictures::{Affine, warp_bilinear};
use scalenas_eval::semantic::{ClassScores, predict_labels};

use super::interface::{Predicted, Task};
use crate::description::Description;
use crate::error::Result;

/// Pixels per pixel of class scores.
const STRIDE: usize = 4;

/// Semantic segmentation.
pub struct Segmentation {
    names: Vec<String>,
    input: Size,
}

impl Segmentation {
    pub fn new(description: &Description) -> Self {
        let names = description.head.classes.iter().map(|class| class.name.clone()).collect();
        Self { names, input: description.input }
    }
}

impl Task for Segmentation {
    fn crop(&self, picture: &Image8, [x, y, width, height]: [f64; 4]) -> Image8 {
        let (across, down) = (self.input.width as f64 / width, self.input.height as f64 / height);
        // Middles of pixels: the corners of the picture become those of the input.
        let shift = |start: f64, factor: f64| (0.5 - start) * factor - 0.5;
        let map = Affine([[across, 0.0, shift(x, across)], [0.0, down, shift(y, down)]]);
        warp_bilinear(picture, &map, self.input)
    }

    fn decode(&self, maps: &[f32], size: Size, _bbox: [f64; 4]) -> Result<Predicted> {
        let scores = ClassScores::new(maps, self.names.len(), self.input.divided(STRIDE))?;
        let labels = predict_labels(&scores, size);
        Ok(Predicted::Classes { names: self.names.clone(), labels })
    }
}
