//! Heatmaps to joints: the highest pixel, moved by a quarter of a pixel towards its higher
//! neighbour.
//!
//! Source: the HRNet reference. Joints whose highest value is not above 0 lie at the origin.

use scalenas_base::Size;
use scalenas_data::top_down::STRIDE;

use crate::graph::{Attribute, Graph, Value};

/// Distance towards the higher neighbour, in heatmap pixels.
const SHIFT: f32 = 0.25;

/// Joints `[batch, joints, 2]` as x and y in pixels of the input, and scores `[batch, joints]`, of
/// heatmaps `[batch, joints, height, width]` of this `size`.
pub fn joints(graph: &mut Graph, heatmaps: &Value, size: Size) -> (Value, Value) {
    let flat = graph.ints("decode.flat", &[0, 0, -1]);
    let flat = graph.apply("Reshape", "decode.pixels", &[heatmaps, &flat]);
    let attributes = vec![("axis", Attribute::Int(2)), ("keepdims", Attribute::Int(1))];
    let peak = graph.apply_with("ArgMax", "decode.peak", &[&flat], attributes);
    let peaks = Peaks { flat, peak, size };
    let highest = peaks.neighbour(graph, "decode.highest", 0);
    let [x, y] = peaks.positions(graph);
    let inside = peaks.inside(graph, &x, &y);
    let shifted = [(x, 1, "x"), (y, size.width as i64, "y")]
        .map(|(position, step, axis)| peaks.shifted(graph, axis, &position, step, &inside));
    let both = graph.apply_with(
        "Concat",
        "decode.positions",
        &[&shifted[0], &shifted[1]],
        vec![("axis", Attribute::Int(2))],
    );
    let zero = graph.float("decode.zero", 0.0);
    let found = graph.apply("Greater", "decode.found", &[&highest, &zero]);
    let both = graph.apply("Where", "decode.found_positions", &[&found, &both, &zero]);
    let stride = graph.float("decode.stride", STRIDE as f32);
    let joints = graph.apply("Mul", "joints", &[&both, &stride]);
    let last = graph.ints("decode.last_axis", &[2]);
    let scores = graph.apply("Squeeze", "scores", &[&highest, &last]);
    (joints, scores)
}

/// Highest pixels of heatmaps.
struct Peaks {
    /// `[batch, joints, height * width]`.
    flat: Value,
    /// `[batch, joints, 1]`.
    peak: Value,
    size: Size,
}

impl Peaks {
    /// Values `step` pixels from the peaks; of the nearest pixel where that is outside of the map.
    fn neighbour(&self, graph: &mut Graph, name: &str, step: i64) -> Value {
        let at = if step == 0 {
            self.peak.clone()
        } else {
            let step = graph.int(&format!("{name}.step"), step);
            let at = graph.apply("Add", &format!("{name}.beside"), &[&self.peak, &step]);
            let first = graph.int(&format!("{name}.first"), 0);
            let last = graph.int(&format!("{name}.last"), self.size.pixels() as i64 - 1);
            graph.apply("Clip", &format!("{name}.at"), &[&at, &first, &last])
        };
        let attributes = vec![("axis", Attribute::Int(2))];
        graph.apply_with("GatherElements", name, &[&self.flat, &at], attributes)
    }

    /// Columns and rows of the peaks, `[batch, joints, 1]` each, as numbers.
    fn positions(&self, graph: &mut Graph) -> [Value; 2] {
        let width = graph.int("decode.width", self.size.width as i64);
        ["Mod", "Div"].map(|operator| {
            let name = if operator == "Mod" { "decode.column" } else { "decode.row" };
            let whole = graph.apply(operator, name, &[&self.peak, &width]);
            let to_float = vec![("to", Attribute::Int(FLOAT32))];
            graph.apply_with("Cast", &format!("{name}.number"), &[&whole], to_float)
        })
    }

    /// 1 where a peak is at least two pixels from the left and upper border and one from the right and
    /// lower border, else 0.
    fn inside(&self, graph: &mut Graph, x: &Value, y: &Value) -> Value {
        let ends = [(x, self.size.width, "x"), (y, self.size.height, "y")];
        let within = ends.map(|(position, length, axis)| {
            let low = graph.float(&format!("decode.low_{axis}"), 1.0);
            let above = graph.apply("Greater", &format!("decode.above_{axis}"), &[position, &low]);
            let high = graph.float(&format!("decode.high_{axis}"), length as f32 - 1.0);
            let below = graph.apply("Less", &format!("decode.below_{axis}"), &[position, &high]);
            graph.apply("And", &format!("decode.within_{axis}"), &[&above, &below])
        });
        let inside = graph.apply("And", "decode.within", &[&within[0], &within[1]]);
        let to_float = vec![("to", Attribute::Int(FLOAT32))];
        graph.apply_with("Cast", "decode.inside", &[&inside], to_float)
    }

    /// A position moved towards the higher of the two neighbours along its axis.
    fn shifted(
        &self,
        graph: &mut Graph,
        axis: &str,
        position: &Value,
        step: i64,
        inside: &Value,
    ) -> Value {
        let after = self.neighbour(graph, &format!("decode.after_{axis}"), step);
        let before = self.neighbour(graph, &format!("decode.before_{axis}"), -step);
        let slope = graph.apply("Sub", &format!("decode.slope_{axis}"), &[&after, &before]);
        let sign = graph.apply("Sign", &format!("decode.sign_{axis}"), &[&slope]);
        let quarter = graph.float(&format!("decode.quarter_{axis}"), SHIFT);
        let shift = graph.apply("Mul", &format!("decode.shift_{axis}"), &[&sign, &quarter]);
        let shift = graph.apply("Mul", &format!("decode.inner_{axis}"), &[&shift, inside]);
        graph.apply("Add", &format!("decode.shifted_{axis}"), &[position, &shift])
    }
}

/// Number of the element type in ONNX.
const FLOAT32: i64 = 1;
