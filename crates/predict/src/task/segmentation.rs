//! Class of every pixel of a picture, which is seen whole and in its own size, as `infer` sees it.

use scalenas_base::{Image8, Size};
use scalenas_data::segmentation::Crop;
use scalenas_eval::semantic::{ClassScores, Span, predict_covered};

use super::interface::{Predicted, Task};
use crate::description::Description;
use crate::error::{Error, Result};

/// Pixels per pixel of class scores.
const STRIDE: f64 = 4.0;

/// Semantic segmentation.
pub struct Segmentation {
    names: Vec<String>,
    /// Divisor of the sides of inputs, in pixels.
    cell: usize,
}

impl Segmentation {
    pub fn new(description: &Description, cell: usize) -> Self {
        let names = description.head.classes.iter().map(|class| class.name.clone()).collect();
        Self { names, cell }
    }
}

impl Task for Segmentation {
    fn crop(&self, picture: &Image8, bbox: Option<[f64; 4]>) -> Result<Image8> {
        if bbox.is_some() {
            return Err(Error::Box);
        }
        let side = |side: usize| side.div_ceil(self.cell) * self.cell;
        let size = picture.size();
        let mut crop = Image8::black(Size::new(side(size.height), side(size.width)));
        Crop::whole(size).cut_picture(picture, crop.size(), &mut crop.pixels);
        Ok(crop)
    }

    fn decode(
        &self,
        maps: &[f32],
        crop: Size,
        size: Size,
        _bbox: Option<[f64; 4]>,
    ) -> Result<Predicted> {
        let scores = ClassScores::new(maps, self.names.len(), crop.divided(STRIDE as usize))?;
        let span = Span { ratio: 1.0 / STRIDE, start: 0.0 };
        let labels = predict_covered(&scores, (span, span), size);
        Ok(Predicted::Classes { names: self.names.clone(), labels })
    }
}
