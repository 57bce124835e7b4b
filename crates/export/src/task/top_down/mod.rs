//! Top-down pose: one heatmap per joint of the person in a crop.

mod decode;

use scalenas_base::Size;
use scalenas_data::top_down::STRIDE;
use serde_json::{Value as Json, json};

use super::interface::{Maps, Task};
use crate::error::Result;
use crate::graph::{Element, Value};
use crate::network::Writer;
use crate::outputs::Outputs;
use crate::source::Source;

/// Top-down pose.
pub struct TopDown {
    pub joints: usize,
}

impl Task for TopDown {
    fn name(&self) -> &'static str {
        "top_down"
    }

    fn write(&self, writer: &mut Writer<'_>, branches: &[&Value]) -> Result<Maps> {
        writer.pointwise("final_layer", branches[0]).map(Maps::from)
    }

    fn add_maps(&self, maps: &Maps, input: Size, outputs: &mut Outputs<'_>) {
        let shape = (self.joints, input.divided(STRIDE));
        outputs.maps("heatmaps", &maps.coarse, shape, "one heatmap per joint");
    }

    fn add_decoded(&self, maps: &Maps, input: Size, outputs: &mut Outputs<'_>) {
        let size = input.divided(STRIDE);
        let (joints, scores) = decode::joints(outputs.graph(), &maps.coarse, size);
        let contents = "x and y of every joint, in pixels of the input";
        outputs.add(&joints, Element::Float32, &[self.joints, 2], contents);
        outputs.add(&scores, Element::Float32, &[self.joints], "height of every joint's peak");
    }

    fn picture(&self, source: &Source) -> Json {
        let (input, framing) = (source.input, source.framing);
        json!({
            "crop": "one per box [x, y, width, height]: widened around its centre to the aspect of the \
                     input, enlarged by the padding, scaled to the input with bilinear values and black \
                     outside of the picture",
            "aspect": input.width as f64 / input.height as f64,
            "boxes": framing.boxes,
            "padding": framing.box_padding,
            "scale": "padding * widened width / input width",
            "to_picture": "(input position - input size / 2) * scale + centre of the box",
            "heatmap_to_input": STRIDE,
            "decoding": "the highest pixel, moved by a quarter of a pixel towards the higher neighbour \
                         along each axis if it is at least 2 pixels from the left and upper and 1 from \
                         the right and lower border",
            "flip_test": "average the heatmaps with those of the mirrored crop, mirrored back with \
                          flip_pairs swapped and moved one pixel to the right",
        })
    }
}
