//! Classification: a score per class for the whole picture.

use scalenas_base::Size;
use scalenas_space::SpaceSpec;
use scalenas_space::layers::ClassificationWidths;
use serde_json::{Value as Json, json};

use super::interface::{Maps, Task};
use crate::error::Result;
use crate::graph::{Attribute, Element, Value};
use crate::network::{Unit, Writer};
use crate::outputs::Outputs;
use crate::source::Source;

/// Classification.
pub struct Classification {
    pub classes: usize,
}

impl Task for Classification {
    fn name(&self) -> &'static str {
        "classification"
    }

    /// Bottlenecks on every branch, each added to the next coarser; mean, then the classifier.
    fn write(&self, writer: &mut Writer<'_>, branches: &[&Value]) -> Result<Maps> {
        let mut wide = Vec::new();
        for (branch, x) in branches.iter().enumerate() {
            wide.push(writer.bottleneck(&format!("incre_modules.{branch}.0"), x)?);
        }
        let mut coarser = wide.iter();
        let mut x = coarser.next().expect("a space has branches").clone();
        for (branch, coarser) in coarser.enumerate() {
            let name = format!("downsamp_modules.{branch}");
            let (conv, norm) = (format!("{name}.0"), format!("{name}.1"));
            let y = writer.unit(&Unit { stride: 2, ..Unit::plain(&conv, &norm) }, &x, None)?;
            x = writer.graph.apply("Add", &format!("{name}.sum"), &[&y, coarser]);
        }
        let x = writer.unit(&Unit::plain("final_layer.0", "final_layer.1"), &x, None)?;
        let mean = writer.graph.apply("GlobalAveragePool", "classifier.mean", &[&x]);
        writer.pointwise("classifier", &mean).map(Maps::from)
    }

    fn add_maps(&self, maps: &Maps, _input: Size, outputs: &mut Outputs<'_>) {
        let scores = flat(maps, outputs);
        outputs.add(&scores, Element::Float32, &[self.classes], "one score per class");
    }

    fn add_decoded(&self, maps: &Maps, _input: Size, outputs: &mut Outputs<'_>) {
        let scores = flat(maps, outputs);
        let graph = outputs.graph();
        let axis = || ("axis", Attribute::Int(1));
        let shares = graph.apply_with("Softmax", "probabilities", &[&scores], vec![axis()]);
        let best = vec![axis(), ("keepdims", Attribute::Int(0))];
        let best = graph.apply_with("ArgMax", "class", &[&scores], best);
        outputs.add(&shares, Element::Float32, &[self.classes], "one probability per class");
        outputs.add(&best, Element::Int64, &[], "index of the likeliest class");
    }

    fn widths(&self, space: &SpaceSpec) -> Json {
        let ClassificationWidths { bottlenecks, features } = ClassificationWidths::of(space);
        json!({ "bottlenecks": bottlenecks, "features": features })
    }

    fn picture(&self, source: &Source) -> Json {
        let input = source.input;
        json!({
            "crop": format!(
                "the middle of the picture in the shape of the input, 7/8 of its shorter side, scaled to {input} \
                 with averaging"
            ),
        })
    }
}

/// Scores `[batch, classes]`.
fn flat(maps: &Maps, outputs: &mut Outputs<'_>) -> Value {
    let attributes = vec![("axis", Attribute::Int(1))];
    outputs.graph().apply_with("Flatten", "class_scores", &[&maps.coarse], attributes)
}
