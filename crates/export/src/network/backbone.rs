//! Stem, transitions and modules.

use scalenas_space::SpaceSpec;
use scalenas_space::plan::{Plan, StepPlan};

use super::unit::Unit;
use super::writer::Writer;
use crate::error::Result;
use crate::graph::{Between, Value};

/// Values of the branches, finest first; `None` once nothing needs them any more.
pub type Branches = Vec<Option<Value>>;

/// Pictures to the branches that leave the last module.
pub fn write(
    writer: &mut Writer<'_>,
    space: &SpaceSpec,
    plan: &Plan,
    images: &Value,
) -> Result<Branches> {
    let mut branches = vec![Some(stem(writer, space, images)?)];
    let mut modules = plan.modules.iter();
    for (stage, stage_spec) in space.stages.iter().enumerate() {
        for module in 0..stage_spec.modules {
            let plan = modules.next().expect("a plan has one entry per module");
            if module == 0 {
                branches = transition(writer, stage, branches, &plan.inputs)?;
            }
            // Stage 1 of the checkpoint names is the stem's layer1.
            let name = format!("stage{}.{module}", stage + 2);
            for (k, step_plan) in plan.steps.iter().enumerate() {
                branches = step(writer, &name, k, step_plan, branches)?;
            }
        }
    }
    Ok(branches)
}

fn stem(writer: &mut Writer<'_>, space: &SpaceSpec, images: &Value) -> Result<Value> {
    let halving = |conv, norm| Unit { stride: 2, ..Unit::plain(conv, norm) };
    let x = writer.unit(&halving("conv1", "bn1"), images, None)?;
    let mut x = writer.unit(&halving("conv2", "bn2"), &x, None)?;
    for k in 0..space.stem.bottlenecks {
        x = writer.bottleneck(&format!("layer1.{k}"), &x)?;
    }
    Ok(x)
}

/// Passes the branches that exist and starts the used ones of the new branches.
fn transition(
    writer: &mut Writer<'_>,
    stage: usize,
    branches: Branches,
    inputs: &[bool],
) -> Result<Branches> {
    // The stem's features are no branch yet: the first stage starts all of its branches.
    let old = if stage == 0 { 0 } else { branches.len() };
    let source = branches.last().cloned().flatten();
    let mut results = Branches::new();
    for (branch, &used) in inputs.iter().enumerate() {
        results.push(match branches.get(branch) {
            _ if !used => None,
            Some(passed) if branch < old => passed.clone(),
            _ => {
                let name = match (stage, branch) {
                    (0, 0) => "transition1.0".to_owned(),
                    _ => format!("transition{}.{branch}.0", stage + 1),
                };
                let (conv, norm) = (format!("{name}.0"), format!("{name}.1"));
                let stride = if branch == 0 { 1 } else { 2 };
                let unit = Unit { stride, ..Unit::plain(&conv, &norm) };
                let x = source.as_ref().expect("the plan keeps what a used branch grows from");
                Some(writer.unit(&unit, x, None)?)
            }
        });
    }
    Ok(results)
}

/// Blocks, then fusion.
fn step(
    writer: &mut Writer<'_>,
    module: &str,
    k: usize,
    plan: &StepPlan,
    mut branches: Branches,
) -> Result<Branches> {
    for (branch, value) in branches.iter_mut().enumerate().filter(|(b, _)| plan.blocks[*b]) {
        let x = value.take().expect("the plan runs blocks on live branches only");
        *value = Some(writer.basic_block(&format!("{module}.branches.{branch}.{k}"), &x)?);
    }
    let mut fused = Branches::new();
    for (target, &needed) in plan.needed.iter().enumerate() {
        let name = format!("{module}.fuse_layers_{}.{target}", k + 1);
        let sources = &plan.sources[target];
        fused.push(if needed {
            Some(fuse(writer, &name, target, sources, &branches)?)
        } else {
            None
        });
    }
    Ok(fused)
}

/// Features of branch `target` with those that `sources` send it.
fn fuse(
    writer: &mut Writer<'_>,
    name: &str,
    target: usize,
    sources: &[usize],
    branches: &Branches,
) -> Result<Value> {
    let live = |branch: usize| branches[branch].clone().expect("the plan fuses live branches only");
    let mut sum = live(target);
    for &source in sources {
        let edge_name = format!("{name}.{source}");
        let received = edge(writer, &edge_name, target, source, &live(source))?;
        sum = writer.graph.apply("Add", &format!("{edge_name}.sum"), &[&sum, &received]);
    }
    Ok(match sources {
        [] => sum,
        _ => writer.graph.apply("Relu", &format!("{name}.relu"), &[&sum]),
    })
}

/// From coarser to finer a 1x1 unit and nearest upsampling; from finer to coarser a chain of 3x3
/// units of stride 2, of which the last has no activation.
fn edge(
    writer: &mut Writer<'_>,
    name: &str,
    target: usize,
    source: usize,
    x: &Value,
) -> Result<Value> {
    if source > target {
        let (conv, norm) = (format!("{name}.0"), format!("{name}.1"));
        let y = writer.unit(&Unit { relu: false, ..Unit::plain(&conv, &norm) }, x, None)?;
        let factor = 1 << (source - target);
        return Ok(writer.graph.enlarge(&format!("{name}.large"), &y, factor, Between::Nearest));
    }
    let count = target - source;
    let mut y = x.clone();
    for k in 0..count {
        let (conv, norm) = (format!("{name}.{k}.0"), format!("{name}.{k}.1"));
        let unit = Unit { stride: 2, relu: k + 1 < count, ..Unit::plain(&conv, &norm) };
        y = writer.unit(&unit, &y, None)?;
    }
    Ok(y)
}
