//! The graph of a network: input, backbone, heads.

use scalenas_space::CostModel;

use crate::error::Result;
use crate::graph::{Dimension, Graph, Value};
use crate::network::{Norms, Writer, write_backbone};
use crate::source::Source;
use crate::task::{Maps, Task, task};

/// Name of the input of a graph.
pub const INPUT: &str = "images";
/// Colours of a picture.
const COLOURS: usize = 3;

/// A task with the maps of its head.
pub type TaskMaps = (Box<dyn Task>, Maps);

/// The graph of a network up to the maps of its heads, which are no outputs of it yet.
///
/// # Errors
/// An architecture or input size that is not of the space; weights that lack a tensor.
pub fn compose(source: &Source, norms: Norms) -> Result<(Graph, Vec<TaskMaps>)> {
    source.architecture.validate(&source.space)?;
    CostModel::new(&source.space, source.input)?;
    let mut writer = Writer::new(&source.tensors, norms);
    let sides = [COLOURS, source.input.height, source.input.width].map(Dimension::Fixed);
    let shape = [Dimension::Batch].into_iter().chain(sides).collect();
    let images = writer.graph.input(INPUT, shape);
    let plan = source.plan();
    let branches = write_backbone(&mut writer, &source.space, &plan, &images)?;
    let live: Vec<&Value> = branches.iter().flatten().collect();
    let mut heads = Vec::new();
    for &head in &plan.heads {
        let task = task(head);
        let maps = task.write(&mut writer, &live)?;
        heads.push((task, maps));
    }
    Ok((writer.graph, heads))
}
