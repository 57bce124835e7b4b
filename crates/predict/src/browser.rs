//! The predictor for JavaScript, on the CPU backend.

use burn::backend::Flex;
use burn::backend::flex::FlexDevice;
use scalenas_base::{Image8, Size};
use serde_json::json;
use wasm_bindgen::prelude::{JsError, wasm_bindgen};
// Dependencies of dependencies: by a feature their random numbers come from the host of the page.
use {getrandom as _, getrandom_3 as _};

use crate::predictor::Predictor;
use crate::task::Predicted;

/// Bytes per pixel of a canvas: red, green, blue, opacity.
const CANVAS: usize = 4;

/// An exported network in a page.
#[wasm_bindgen]
pub struct Network(Predictor<Flex>);

#[wasm_bindgen]
impl Network {
    /// Network from the bytes of its weights and the text of its description.
    #[wasm_bindgen(constructor)]
    pub fn new(weights: &[u8], description: &str) -> Result<Network, JsError> {
        let predictor = Predictor::from_bytes(weights, description, "the weights", &FlexDevice);
        Ok(Self(predictor?))
    }

    /// Predicts the pixels of a canvas, `[height, width, 4]`; the result is JSON, `joints` or `classes` and
    /// `labels`.
    pub fn predict(&self, pixels: &[u8], width: usize, height: usize) -> Result<String, JsError> {
        let size = Size::new(height, width);
        if pixels.len() != size.pixels() * CANVAS {
            return Err(JsError::new(&format!("{} bytes are no canvas of {size}", pixels.len())));
        }
        let mut picture = Image8::black(size);
        for (pixel, canvas) in picture.pixels.chunks_exact_mut(3).zip(pixels.chunks_exact(CANVAS)) {
            pixel.copy_from_slice(&canvas[..3]);
        }
        let value = match self.0.predict(&picture)? {
            Predicted::Joints(joints) => {
                let joint = joints
                    .iter()
                    .map(|joint| json!({"name": joint.name, "at": joint.at, "score": joint.score}));
                json!({ "joints": joint.collect::<Vec<_>>() })
            }
            Predicted::Class(shares) => {
                let class = |(name, share)| json!({ "name": name, "probability": share });
                json!({ "picture": shares.into_iter().map(class).collect::<Vec<_>>() })
            }
            Predicted::Classes { names, labels } => json!({ "classes": names, "labels": labels }),
        };
        Ok(value.to_string())
    }
}
