//! Class of a picture, of which the middle is seen.

use scalenas_base::{Image8, Size};
use scalenas_data::classification::central;
use scalenas_eval::classification::{order, probabilities};

use super::interface::{Predicted, Task};
use crate::description::Description;
use crate::error::{Error, Result};

/// Classification.
pub struct Classification {
    names: Vec<String>,
    input: Size,
}

impl Classification {
    pub fn new(description: &Description) -> Self {
        let names = description.head.classes.iter().map(|class| class.name.clone()).collect();
        Self { names, input: description.input }
    }
}

impl Task for Classification {
    fn crop(&self, picture: &Image8, bbox: Option<[f64; 4]>) -> Result<Image8> {
        if bbox.is_some() {
            return Err(Error::Box);
        }
        Ok(central(picture.size(), self.input).cut(picture, self.input))
    }

    fn decode(
        &self,
        maps: &[f32],
        _crop: Size,
        _size: Size,
        _bbox: Option<[f64; 4]>,
    ) -> Result<Predicted> {
        let shares = probabilities(maps);
        let class = |class: usize| (self.names[class].clone(), shares[class]);
        Ok(Predicted::Class(order(maps).map(class).collect()))
    }
}
