//! Enlarging maps.

use super::{Attribute, Graph, Value};
use crate::tensor::Tensor;

/// Values between the pixels of an enlarged map.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Between {
    /// That of the nearest pixel.
    Nearest,
    /// Interpolated between four pixels, with the corners of maps aligned and not those of pixels.
    Bilinear,
}

impl Graph {
    /// Height and width of `x` times `factor`; the result is called `name`.
    pub fn enlarge(&mut self, name: &str, x: &Value, factor: usize, between: Between) -> Value {
        let factor = factor as f32;
        let scales = Tensor::vector(vec![1.0, 1.0, factor, factor]);
        let scales = self.floats(&format!("{name}.scales"), scales);
        let text = Attribute::Text;
        let attributes = match between {
            Between::Nearest => vec![
                ("mode", text("nearest")),
                ("coordinate_transformation_mode", text("asymmetric")),
                ("nearest_mode", text("floor")),
            ],
            Between::Bilinear => vec![
                ("mode", text("linear")),
                ("coordinate_transformation_mode", text("half_pixel")),
            ],
        };
        self.apply_with("Resize", name, &[x, &Value::none(), &scales], attributes)
    }
}
