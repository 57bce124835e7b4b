//! Weights rearranged for the register tiles: `[panel][tap][input][two vectors of outputs]`.

#![expect(unsafe_code, reason = "panels are written in parallel through one pointer")]

use crate::cpu::memory::Buffer;
use crate::cpu::parallel::{self, Shared};
use crate::cpu::simd::{Kernel, Simd, dispatch};
use crate::cpu::tile::{PANEL_VECTORS, Panels};

/// Input channels packed at a time: their part of a panel stays in the first-level cache.
pub(crate) const PACK_DEPTH: usize = 16;

/// Which way a weight `[out, in, kernel, kernel]` is applied.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Direction {
    /// Inputs to outputs.
    Forward,
    /// Gradients of outputs to gradients of inputs.
    Backward,
}

/// A weight as a matrix per tap, from `inputs` to `outputs` in the direction of application.
#[derive(Clone, Copy)]
pub(crate) struct WeightView<'a> {
    pub values: &'a [f32],
    pub inputs: usize,
    pub outputs: usize,
    /// Kernel height x width.
    pub taps: usize,
    pub direction: Direction,
}

impl<'a> WeightView<'a> {
    /// `shape` is that of the weight, whatever the direction.
    pub fn new(values: &'a [f32], shape: [usize; 4], direction: Direction) -> Self {
        let [out, input, height, width] = shape;
        let taps = height * width;
        let (inputs, outputs) = match direction {
            Direction::Forward => (input, out),
            Direction::Backward => (out, input),
        };
        Self { values, inputs, outputs, taps, direction }
    }

    /// All taps from one input to one output.
    #[inline(always)]
    pub fn taps_of(&self, input: usize, output: usize) -> &'a [f32] {
        let start = match self.direction {
            Direction::Forward => (output * self.inputs + input) * self.taps,
            Direction::Backward => (input * self.outputs + output) * self.taps,
        };
        &self.values[start..start + self.taps]
    }
}

/// Packed weights.
pub(crate) struct PackedWeights {
    buffer: Buffer,
    pub inputs: usize,
    pub taps: usize,
    pub panels: Panels,
}

impl PackedWeights {
    pub fn new(weight: &WeightView<'_>) -> Self {
        let mut packed = None;
        // SAFETY: the kernel writes only memory that it allocates.
        unsafe { dispatch(Pack { weight: *weight, packed: &mut packed }) };
        packed.expect("the kernel ran")
    }

    /// First value of a panel.
    pub fn panel(&self, index: usize) -> *const f32 {
        let start = index * self.panels.lanes * PANEL_VECTORS * self.taps * self.inputs;
        self.buffer.as_slice()[start..].as_ptr()
    }

    /// Size of a whole panel in bytes.
    pub fn panel_bytes(&self) -> usize {
        self.panels.lanes * PANEL_VECTORS * self.taps * self.inputs * size_of::<f32>()
    }
}

struct Pack<'a> {
    weight: WeightView<'a>,
    packed: &'a mut Option<PackedWeights>,
}

impl Kernel for Pack<'_> {
    #[inline(always)]
    unsafe fn run<S: Simd>(self) {
        let Self { weight, packed } = self;
        let panels = Panels::of::<S>(weight.outputs);
        let mut buffer = Buffer::new(panels.padded() * weight.taps * weight.inputs);
        let to = Shared(buffer.as_mut_ptr());
        let blocks = weight.inputs.div_ceil(PACK_DEPTH);
        let work = panels.count() * blocks;
        let block_values = PACK_DEPTH * weight.taps * S::LANES * PANEL_VECTORS;
        parallel::ranges(work, work * block_values / TASK_VALUES + 1, 1, |range| {
            for index in range {
                let (panel, block) = (index / blocks, index % blocks);
                let inputs = block * PACK_DEPTH..weight.inputs.min((block + 1) * PACK_DEPTH);
                let start = panel * S::LANES * PANEL_VECTORS * weight.taps * weight.inputs;
                // SAFETY: panels and blocks of inputs are disjoint.
                unsafe { pack_block(&weight, panels, panel, inputs, to.get().add(start)) };
            }
        });
        *packed = Some(PackedWeights { buffer, inputs: weight.inputs, taps: weight.taps, panels });
    }
}

/// Values packed by one task at least: about ten microseconds.
const TASK_VALUES: usize = 16 * 1024;

/// Writes some inputs of one panel.
///
/// # Safety
/// `to` is the panel's memory and nobody else writes these inputs' part of it.
unsafe fn pack_block(
    weight: &WeightView<'_>,
    panels: Panels,
    panel: usize,
    inputs: std::ops::Range<usize>,
    to: *mut f32,
) {
    let panel = panels.get(panel);
    let width = panel.vectors * panels.lanes;
    for lane in 0..width {
        for input in inputs.clone() {
            let put = |tap: usize, value: f32| {
                // SAFETY: inside the panel: tap < taps, input < inputs, lane < width.
                unsafe { *to.add((tap * weight.inputs + input) * width + lane) = value };
            };
            if lane < panel.columns {
                let taps = weight.taps_of(input, panel.start + lane);
                taps.iter().enumerate().for_each(|(tap, &value)| put(tap, value));
            } else {
                (0..weight.taps).for_each(|tap| put(tap, 0.0));
            }
        }
    }
}
