//! Weights rearranged for the register tiles: `[panel][tap][input][two vectors of outputs]`.

#![expect(unsafe_code, reason = "panels are written in parallel through one pointer")]

use std::ops::Range;

use crate::cpu::lanes::{prefetch, to_lanes};
use crate::cpu::memory::Buffer;
use crate::cpu::parallel::{self, Shared};
use crate::cpu::simd::{Isa, Kernel, MAX_LANES, Rows, Simd, dispatch};
use crate::cpu::tile::{Panel, Panels};

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

    /// Collects the taps from some inputs to the outputs of one vector: `[input][tap][lane]`, zeros
    /// in lanes that have no output.
    ///
    /// # Safety
    /// The processor has the instructions of `S`, inputs and outputs exist, and `to` is valid for
    /// so many vectors.
    #[inline(always)]
    pub unsafe fn gather<S: Simd>(
        &self,
        inputs: Range<usize>,
        outputs: Range<usize>,
        to: *mut f32,
    ) {
        let (taps, from) = (self.taps, self.values.as_ptr());
        // SAFETY: by the caller's promise.
        unsafe {
            match self.direction {
                Direction::Forward => {
                    let first = (outputs.start * self.inputs + inputs.start) * taps;
                    let rows = Rows { first: from.add(first), stride: self.inputs * taps };
                    to_lanes::<S>(rows, [outputs.len(), inputs.len() * taps], to);
                }
                Direction::Backward => {
                    for (index, input) in inputs.enumerate() {
                        let first = (input * self.outputs + outputs.start) * taps;
                        let next = from.wrapping_add(first + PACK_DEPTH * self.outputs * taps);
                        prefetch::<S>(next, outputs.len() * taps);
                        let rows = Rows { first: from.add(first), stride: taps };
                        let to = to.add(index * taps * S::LANES);
                        to_lanes::<S>(rows, [outputs.len(), taps], to);
                    }
                }
            }
        }
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
    pub fn new(weight: &WeightView<'_>, isa: Isa) -> Self {
        let weight = *weight;
        let panels = Panels::new(weight.outputs, isa);
        let mut buffer = Buffer::new(panels.padded() * weight.taps * weight.inputs);
        let to = Shared(buffer.as_mut_ptr());
        let blocks = weight.inputs.div_ceil(PACK_DEPTH);
        let work = panels.count() * blocks;
        let block_values = PACK_DEPTH * weight.taps * panels.width();
        parallel::ranges(work, work * block_values / TASK_VALUES + 1, 1, |range| {
            // SAFETY: panels and blocks of inputs are disjoint, and the buffer has room for all.
            unsafe { dispatch(isa, Blocks { weight, panels, to: to.get(), range }) };
        });
        Self { buffer, inputs: weight.inputs, taps: weight.taps, panels }
    }

    /// First value of a panel.
    pub fn panel(&self, index: usize) -> *const f32 {
        let start = index * self.panels.width() * self.taps * self.inputs;
        self.buffer.as_slice()[start..].as_ptr()
    }

    /// Size of a whole panel in bytes.
    pub fn panel_bytes(&self) -> usize {
        self.panels.width() * self.taps * self.inputs * size_of::<f32>()
    }
}

/// Values packed by one task at least: about ten microseconds.
const TASK_VALUES: usize = 16 * 1024;
/// Vectors rearranged at a time: the taps of a 3x3 kernel from a block of inputs.
const SCRATCH: usize = PACK_DEPTH * 9;
/// One task: blocks of inputs of some panels.
struct Blocks<'a> {
    weight: WeightView<'a>,
    panels: Panels,
    to: *mut f32,
    range: Range<usize>,
}

impl Kernel for Blocks<'_> {
    #[inline(always)]
    unsafe fn run<S: Simd>(self) {
        let Self { weight, panels, to, range } = self;
        let panels = panels.seen_by::<S>();
        let blocks = weight.inputs.div_ceil(PACK_DEPTH);
        for index in range {
            let (panel, block) = (index / blocks, index % blocks);
            let inputs = block * PACK_DEPTH..weight.inputs.min((block + 1) * PACK_DEPTH);
            let start = panel * panels.width() * weight.taps * weight.inputs;
            // SAFETY: `to` is the panel's memory and nobody else writes these inputs' part of it.
            unsafe { pack_block::<S>(&weight, panels.get(panel), inputs, to.add(start)) };
        }
    }
}

/// Writes some inputs of one panel.
///
/// # Safety
/// The inputs exist, and `to` is valid for a panel.
#[inline(always)]
unsafe fn pack_block<S: Simd>(
    weight: &WeightView<'_>,
    panel: Panel,
    inputs: Range<usize>,
    to: *mut f32,
) {
    let mut scratch = [0.0; SCRATCH * MAX_LANES];
    let width = panel.vectors * S::LANES;
    let step = (SCRATCH / weight.taps).max(1);
    for v in 0..panel.vectors {
        let outputs = panel.outputs(v, S::LANES);
        let mut first = inputs.start;
        while first < inputs.end {
            let count = step.min(inputs.end - first);
            // SAFETY: inside the panel: tap < taps, input < inputs; the scratch has room for
            // `step` inputs.
            unsafe {
                weight.gather::<S>(first..first + count, outputs.clone(), scratch.as_mut_ptr());
                for (index, input) in (first..first + count).enumerate() {
                    for tap in 0..weight.taps {
                        let from = scratch.as_ptr().add((index * weight.taps + tap) * S::LANES);
                        let at = (tap * weight.inputs + input) * width + v * S::LANES;
                        S::store(to.add(at), S::load(from));
                    }
                }
            }
            first += count;
        }
    }
}
