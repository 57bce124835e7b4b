//! A PyTorch file that stands alone: the network's code with its plan, which loads the safetensors file
//! beside it.

use scalenas_data::pictures::normalize::{MEAN, STD};
use scalenas_space::layers::BOTTOM_UP_BLOCKS;
use scalenas_space::plan::{ModulePlan, StepPlan};
use scalenas_space::{Head, SpaceSpec};
use serde_json::{Value, json};

use crate::source::Source;
use crate::task::task;

/// The code, with placeholders between `@`.
const CODE: &str = include_str!("scalenet.py");

/// Text of a Python file that is called `module` without its ending and loads `weights`, a safetensors
/// file in its folder.
pub fn to_pytorch(source: &Source, module: &str, weights: &str) -> String {
    let id = source.architecture.id(&source.space);
    let title = format!("ScaleNet {id} of space {}.", source.space.name);
    let network = serde_json::to_string(&network(source)).expect("plain data");
    CODE.replace("@TITLE@", &title)
        .replace("@MODULE@", module)
        .replace("@STRIDE@", &source.space.coarsest_stride().to_string())
        .replace("@BLOCKS@", &BOTTOM_UP_BLOCKS.to_string())
        .replace("@WEIGHTS@", weights)
        .replace("@NETWORK@", &network)
}

/// Widths, plan and heads as the code reads them.
fn network(source: &Source) -> Value {
    let (space, plan) = (&source.space, source.plan());
    let mut modules = plan.modules.iter().map(module);
    let stages = space
        .stages
        .iter()
        .map(|stage| Value::from(modules.by_ref().take(stage.modules).collect::<Vec<_>>()));
    json!({
        "widths": space.widths,
        "stem": {
            "channels": space.stem.channels,
            "middle": space.stem.bottleneck_channels,
            "wide": space.stem_output(),
            "bottlenecks": space.stem.bottlenecks,
        },
        "stages": stages.collect::<Vec<_>>(),
        "heads": plan.heads.iter().map(|&head| head_of(space, head)).collect::<Vec<_>>(),
        "mean": MEAN,
        "std": STD,
    })
}

/// Task and outputs of a head, with the widths that its code needs.
fn head_of(space: &SpaceSpec, head: Head) -> Value {
    let mut value = task(head).widths(space);
    value["task"] = task(head).name().into();
    value["outputs"] = head.outputs().into();
    value
}

fn module(plan: &ModulePlan) -> Value {
    json!({ "inputs": plan.inputs, "steps": plan.steps.iter().map(step).collect::<Vec<_>>() })
}

fn step(plan: &StepPlan) -> Value {
    json!({ "blocks": plan.blocks, "sources": plan.sources, "needed": plan.needed })
}
