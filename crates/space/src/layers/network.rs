//! Layers of a whole network, from stem to heads.

use scalenas_base::Size;

use super::geometry::Geometry;
use super::layer::Layer;
use crate::architecture::Architecture;
use crate::error::Result;
use crate::plan::{Plan, Reach};
use crate::spec::SpaceSpec;

/// All layers that `reach` covers for pictures of `input` (height, width), in the order of the
/// network: stem, then per stage its transition and its modules (blocks by branch and step, edges
/// by step, target and source), then the heads.
pub fn layers(
    spec: &SpaceSpec,
    architecture: &Architecture,
    input: Size,
    reach: Reach,
) -> Result<Vec<Layer>> {
    architecture.validate(spec)?;
    let geometry = Geometry::new(spec, input)?;
    let plan = Plan::new(spec, architecture, reach);
    let mut layers = geometry.stem();
    let mut index = 0;
    for (stage, stage_spec) in spec.stages.iter().enumerate() {
        layers.extend(geometry.transition(stage, &plan.modules[index].inputs));
        for module in 0..stage_spec.modules {
            let name = format!("stage{}.{module}", stage + 2);
            for branch in 0..stage_spec.branches {
                for (k, step) in plan.modules[index].steps.iter().enumerate() {
                    if step.blocks[branch] {
                        let block = format!("{name}.branches.{branch}.{k}");
                        layers.extend(geometry.block(branch, &block));
                    }
                }
            }
            for (k, step) in plan.modules[index].steps.iter().enumerate() {
                for (target, sources) in step.sources.iter().enumerate() {
                    for &source in sources {
                        let edge = format!("{name}.fuse_layers_{}.{target}.{source}", k + 1);
                        layers.extend(geometry.edge(target, source, &edge));
                    }
                }
            }
            index += 1;
        }
    }
    layers.extend(geometry.heads());
    Ok(layers)
}
