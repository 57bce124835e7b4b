//! Layers of a network under their PyTorch checkpoint names, with exact parameters and MACs.

use crate::architecture::Architecture;
use crate::error::{Error, Result};
use crate::plan::{Plan, Reach};
use crate::spec::{MAX_SIDE, SpaceSpec};

/// What follows a convolution.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tail {
    /// Batch normalisation: scale and shift.
    Norm,
    /// A bias.
    Bias,
    /// A bias, then batch normalisation.
    BiasNorm,
}

/// One convolution with what follows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Layer {
    /// Checkpoint name of the convolution, without `.weight`.
    pub name: String,
    /// Channels in.
    pub input: usize,
    /// Channels out.
    pub output: usize,
    /// Side of the kernel.
    pub kernel: usize,
    /// Stride.
    pub stride: usize,
    /// Height and width of the output.
    pub size: (usize, usize),
    /// What follows.
    pub tail: Tail,
    /// Whether pixels are gathered or spread.
    pub flow: Flow,
}

/// Whether a convolution gathers pixels or spreads them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flow {
    /// Every output gathers inputs.
    Gather,
    /// Every input spreads over outputs: a transposed convolution, `stride` times as large.
    Spread,
}

impl Layer {
    /// Weights, biases, scales and shifts.
    pub fn parameters(&self) -> u64 {
        let vectors = match self.tail {
            Tail::Bias => 1,
            Tail::Norm => 2,
            Tail::BiasNorm => 3,
        };
        self.weights() + vectors * self.output as u64
    }

    /// Multiplications with weights.
    pub fn macs(&self) -> u64 {
        let pixels = (self.size.0 * self.size.1) as u64;
        match self.flow {
            Flow::Gather => self.weights() * pixels,
            Flow::Spread => self.weights() * pixels / (self.stride * self.stride) as u64,
        }
    }

    /// Float32 bytes of the output of one picture.
    pub fn output_bytes(&self) -> u64 {
        4 * (self.output * self.size.0 * self.size.1) as u64
    }

    fn weights(&self) -> u64 {
        (self.kernel * self.kernel * self.input * self.output) as u64
    }
}

/// All layers that `reach` covers for pictures of `input` (height, width), in the order of the
/// network: stem, then per stage its transition and its modules (blocks by branch and step, edges
/// by step, target and source), then the head.
pub fn layers(
    spec: &SpaceSpec,
    architecture: &Architecture,
    input: (usize, usize),
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
    layers.extend(geometry.head());
    Ok(layers)
}

/// A space at an input size.
pub(crate) struct Geometry<'a> {
    pub(crate) spec: &'a SpaceSpec,
    /// Height and width at stride 4.
    pub(crate) size: (usize, usize),
}

impl<'a> Geometry<'a> {
    pub fn new(spec: &'a SpaceSpec, (height, width): (usize, usize)) -> Result<Self> {
        let multiple = spec.coarsest_stride();
        let fits = |side: usize| (1..=MAX_SIDE).contains(&side) && side.is_multiple_of(multiple);
        if !fits(height) || !fits(width) {
            return Err(Error::Input { height, width, multiple, largest: MAX_SIDE });
        }
        Ok(Self { spec, size: (height / 4, width / 4) })
    }

    fn size(&self, branch: usize) -> (usize, usize) {
        (self.size.0 >> branch, self.size.1 >> branch)
    }

    pub fn stem(&self) -> Vec<Layer> {
        let stem = &self.spec.stem;
        let (height, width) = self.size;
        let unit = |name: &str, input, output, kernel, stride, size| Layer {
            name: name.to_owned(),
            input,
            output,
            kernel,
            stride,
            size,
            tail: Tail::Norm,
            flow: Flow::Gather,
        };
        let half = (2 * height, 2 * width);
        let mut layers = vec![
            unit("conv1", 3, stem.channels, 3, 2, half),
            unit("conv2", stem.channels, stem.channels, 3, 2, self.size),
        ];
        let (middle, wide) = (stem.bottleneck_channels, self.spec.stem_output());
        for k in 0..stem.bottlenecks {
            let input = if k == 0 { stem.channels } else { wide };
            let name = |part: &str| format!("layer1.{k}.{part}");
            layers.push(unit(&name("conv1"), input, middle, 1, 1, self.size));
            layers.push(unit(&name("conv2"), middle, middle, 3, 1, self.size));
            layers.push(unit(&name("conv3"), middle, wide, 1, 1, self.size));
            if input != wide {
                layers.push(unit(&name("downsample.0"), input, wide, 1, 1, self.size));
            }
        }
        layers
    }

    /// Layers that make the new branches of a stage that are used.
    pub fn transition(&self, stage: usize, used: &[bool]) -> Vec<Layer> {
        let old = if stage == 0 { 0 } else { self.spec.stages[stage - 1].branches };
        let new = (old..self.spec.stages[stage].branches).filter(|&branch| used[branch]);
        new.map(|branch| Layer {
            name: match (stage, branch) {
                (0, 0) => "transition1.0.0".to_owned(),
                _ => format!("transition{}.{branch}.0.0", stage + 1),
            },
            input: if stage == 0 { self.spec.stem_output() } else { self.spec.widths[branch - 1] },
            output: self.spec.widths[branch],
            kernel: 3,
            stride: if branch == 0 { 1 } else { 2 },
            size: self.size(branch),
            tail: Tail::Norm,
            flow: Flow::Gather,
        })
        .collect()
    }

    pub fn block(&self, branch: usize, name: &str) -> [Layer; 2] {
        let width = self.spec.widths[branch];
        let unit = |k: usize| Layer {
            name: format!("{name}.conv{k}"),
            input: width,
            output: width,
            kernel: 3,
            stride: 1,
            size: self.size(branch),
            tail: Tail::Norm,
            flow: Flow::Gather,
        };
        [unit(1), unit(2)]
    }

    pub fn edge(&self, target: usize, source: usize, name: &str) -> Vec<Layer> {
        let (input, last) = (self.spec.widths[source], self.spec.widths[target]);
        if source > target {
            return vec![Layer {
                name: format!("{name}.0"),
                input,
                output: last,
                kernel: 1,
                stride: 1,
                size: self.size(source),
                tail: Tail::Norm,
                flow: Flow::Gather,
            }];
        }
        let count = target - source;
        let unit = |k: usize| Layer {
            name: format!("{name}.{k}.0"),
            input,
            output: if k + 1 == count { last } else { input },
            kernel: 3,
            stride: 2,
            size: self.size(source + k + 1),
            tail: Tail::Norm,
            flow: Flow::Gather,
        };
        (0..count).map(unit).collect()
    }
}
