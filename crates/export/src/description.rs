//! Description of an exported network for callers: all that has to be done around it.

use scalenas_base::Size;
use scalenas_data::pictures::normalize::{MEAN, STD};
use scalenas_data::{ClassificationFacts, KeypointFacts, SegmentationFacts};
use scalenas_space::{CostModel, Head};
use serde_json::{Value, json};

use crate::onnx::INPUT;
use crate::outputs::Output;
use crate::source::Source;
use crate::task::task;

/// Name of the description's format, value of its key `format`.
pub const FORMAT: &str = "scalenas-export";
/// Version of the format.
pub const VERSION: u32 = 1;

/// Names and colours of what a head predicts.
#[derive(Debug, Clone)]
pub enum Facts {
    /// Joints of the pose heads.
    Keypoints(KeypointFacts),
    /// Classes of the segmentation head.
    Classes(SegmentationFacts),
    /// Classes of the classification head.
    PictureClasses(ClassificationFacts),
}

/// The description of a network as JSON. `outputs` are those of the file that it stands beside; `facts`
/// belong to the heads, in their order.
///
/// # Panics
/// If the input size is not of the space, of which no file was made.
pub fn describe(source: &Source, outputs: &[Output], facts: &[Facts]) -> Value {
    let costs = CostModel::new(&source.space, source.input).expect("a network was exported");
    let cost = costs.cost(&source.architecture);
    let Size { height, width } = source.input;
    let heads = source.space.heads.iter().zip(facts);
    json!({
        "format": FORMAT,
        "version": VERSION,
        "network": {
            "space": source.space.name,
            "architecture": source.architecture.id(&source.space),
            "parameters": cost.live_parameters,
            "macs": cost.live_macs,
        },
        "input": {
            "name": INPUT,
            "element": "float32",
            "shape": ["batch", 3, height, width],
            "colours": "RGB",
            "values": "(value / 255 - mean) / std of 8-bit colours",
            "mean": MEAN,
            "std": STD,
        },
        "outputs": outputs,
        "heads": heads.map(|(&head, facts)| describe_head(source, head, facts)).collect::<Vec<_>>(),
    })
}

fn describe_head(source: &Source, head: Head, facts: &Facts) -> Value {
    let mut value = match facts {
        Facts::Keypoints(facts) => json!({
            "joints": facts.joints,
            "flip_pairs": facts.flip_pairs,
            "skeleton": facts.skeleton,
            "sigmas": facts.sigmas,
        }),
        Facts::PictureClasses(facts) => json!({ "classes": facts.classes }),
        Facts::Classes(facts) => json!({
            "classes": facts.classes.iter().map(|class| json!({
                "name": class.name,
                "colour": class.colour,
                "ids": class.ids,
            })).collect::<Vec<_>>(),
        }),
    };
    let whole = match facts {
        Facts::Keypoints(facts) => json!(facts),
        Facts::Classes(facts) => json!(facts),
        Facts::PictureClasses(facts) => json!(facts),
    };
    let task = task(head);
    value["facts"] = whole;
    value["task"] = task.name().into();
    value["picture"] = task.picture(source);
    value
}
