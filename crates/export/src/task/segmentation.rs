//! Segmentation: class scores from all branches.

use scalenas_base::Size;
use serde_json::{Value as Json, json};

use super::interface::{Maps, Task};
use crate::error::Result;
use crate::graph::{Attribute, Between, Element, Value};
use crate::network::{Unit, Writer};
use crate::outputs::Outputs;
use crate::source::Source;

/// Input pixels per pixel of the scores.
const STRIDE: usize = 4;

/// Segmentation.
pub struct Segmentation {
    pub classes: usize,
}

impl Task for Segmentation {
    fn name(&self) -> &'static str {
        "segmentation"
    }

    /// All branches at stride 4, side by side, then two 1x1 convolutions.
    fn write(&self, writer: &mut Writer<'_>, branches: &[&Value]) -> Result<Maps> {
        let mut large = vec![branches[0].clone()];
        for (branch, x) in branches.iter().enumerate().skip(1) {
            let name = format!("last_layer.branch{branch}");
            large.push(writer.graph.enlarge(&name, x, 1 << branch, Between::Bilinear));
        }
        let x = writer.side_by_side("last_layer.branches", &large.iter().collect::<Vec<_>>());
        let x = writer.unit(&Unit::plain("last_layer.0", "last_layer.1"), &x, None)?;
        writer.pointwise("last_layer.3", &x).map(Maps::from)
    }

    fn add_maps(&self, maps: &Maps, input: Size, outputs: &mut Outputs<'_>) {
        let shape = (self.classes, input.divided(STRIDE));
        outputs.maps("class_scores", &maps.coarse, shape, "one score per class");
    }

    fn add_decoded(&self, maps: &Maps, input: Size, outputs: &mut Outputs<'_>) {
        let graph = outputs.graph();
        let large = graph.enlarge("class_scores.large", &maps.coarse, STRIDE, Between::Bilinear);
        let attributes = vec![("axis", Attribute::Int(1)), ("keepdims", Attribute::Int(0))];
        let classes = graph.apply_with("ArgMax", "classes", &[&large], attributes);
        let contents = "index of the class of every pixel";
        outputs.add(&classes, Element::Int64, &[input.height, input.width], contents);
    }

    fn picture(&self, _source: &Source) -> Json {
        json!({
            "crop": "the whole picture, or windows of the size of the input, without scaling",
            "scores_to_input": STRIDE,
            "decoding": "enlarge the scores with bilinear values, then the highest one",
        })
    }
}
