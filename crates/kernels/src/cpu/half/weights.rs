//! Weights of bfloat16 rearranged for blocks: `[panel][tap][chunk of inputs][vector of outputs][pair of inputs][output]`.

#![expect(unsafe_code, reason = "panels are written in parallel through one pointer")]

use std::ops::Range;

use burn_std::bf16;

use crate::cpu::conv::Conv;
use crate::cpu::conv::sweep::{self, Sweep};
use crate::cpu::conv::weights::{Direction, WeightView};
use crate::cpu::memory::Buffer;
use crate::cpu::parallel::{self, Shared};
use crate::cpu::simd::{DEPTH, Kernel, MAX_LANES, Simd, TILE, dispatch_half};
use crate::cpu::tile::{Panel, Panels};
use crate::types::ConvGeometry;

/// Values of one vector of outputs and one chunk of inputs.
pub(super) const PIECE: usize = DEPTH * TILE;
/// Values packed by one task at least.
const TASK_VALUES: usize = 16 * 1024;

/// The taps of a kernel in the order in which its sweeps use them.
fn order(direction: Direction, kernel: usize, geometry: ConvGeometry) -> Vec<usize> {
    let sweeps = match direction {
        Direction::Forward => return (0..kernel * kernel).collect(),
        // So many pixels have every remainder.
        Direction::Backward => sweep::backward(kernel, geometry, [geometry.stride; 2]),
    };
    sweeps.iter().flat_map(|sweep| &sweep.taps).map(|tap| tap.weight).collect()
}

/// Rearranged weights.
pub(crate) struct HalfWeights {
    buffer: Buffer<bf16>,
    /// Taps in their order in memory.
    order: Vec<usize>,
    /// Chunks of [`DEPTH`] inputs, the last one filled up with zeros.
    pub chunks: usize,
    pub panels: Panels,
}

impl HalfWeights {
    /// Rounds a weight and rearranges it.
    pub fn new(conv: &Conv<'_>, direction: Direction) -> Self {
        let (weight, isa) = (conv.view(direction), conv.isa);
        let order = order(direction, conv.shape()[2], conv.geometry);
        let panels = Panels::new(weight.outputs, isa);
        let chunks = weight.inputs.div_ceil(DEPTH);
        let len = panels.count() * panels.width() / TILE * order.len() * chunks * PIECE;
        let mut result = Self { buffer: Buffer::<bf16>::new(len), order, chunks, panels };
        let to = Shared(result.buffer.as_mut_ptr());
        let work = panels.count() * chunks;
        let shape = &result;
        parallel::ranges(work, len / TASK_VALUES + 1, 1, |range| {
            let pack = Pack { weights: shape, view: weight, to: to.get(), range };
            // SAFETY: panels and chunks are disjoint, and the buffer has room for all.
            unsafe { dispatch_half(isa, pack) };
        });
        result
    }

    /// Place of a sweep's taps in the order; they follow each other.
    pub fn first_tap(&self, sweep: &Sweep) -> usize {
        let first = sweep.taps.first().map_or(0, |tap| tap.weight);
        self.order.iter().position(|&tap| tap == first).expect("all taps are in order")
    }

    /// The values of a panel from a tap of the order on.
    pub fn panel(&self, index: usize, tap: usize) -> *const bf16 {
        let start = self.start(index) + tap * self.chunks * self.panels.get(index).vectors * PIECE;
        self.buffer.as_slice()[start..].as_ptr()
    }

    /// Size of a whole panel in bytes.
    pub fn panel_bytes(&self) -> usize {
        self.start(1) * size_of::<bf16>()
    }

    fn start(&self, panel: usize) -> usize {
        panel * self.panels.width() / TILE * self.order.len() * self.chunks * PIECE
    }
}

/// One task: chunks of inputs of some panels.
struct Pack<'a> {
    weights: &'a HalfWeights,
    view: WeightView<'a>,
    to: *mut bf16,
    range: Range<usize>,
}

impl Kernel for Pack<'_> {
    #[inline(always)]
    unsafe fn run<S: Simd>(self) {
        // Vectors of all taps, for a pair of inputs.
        let mut scratch = vec![0.0; 2 * self.view.taps * MAX_LANES];
        for index in self.range.clone() {
            let (panel, chunk) = (index / self.weights.chunks, index % self.weights.chunks);
            let to = self.to.wrapping_add(self.weights.start(panel));
            let panel = self.weights.panels.get(panel);
            for vector in 0..panel.vectors {
                // SAFETY: this vector of this chunk lies inside the panel.
                unsafe { self.vector::<S>(panel, vector, chunk, (to, scratch.as_mut_ptr())) };
            }
        }
    }
}

impl Pack<'_> {
    /// Writes one chunk of one vector of outputs.
    #[inline(always)]
    unsafe fn vector<S: Simd>(
        &self,
        panel: Panel,
        vector: usize,
        chunk: usize,
        (to, scratch): (*mut bf16, *mut f32),
    ) {
        let taps = self.view.taps;
        let outputs = panel.outputs(vector, S::LANES);
        for pair in 0..DEPTH / 2 {
            let first = chunk * DEPTH + 2 * pair;
            let inputs = first.min(self.view.inputs)..(first + 2).min(self.view.inputs);
            let (at, found) = (|index: usize| index * S::LANES, inputs.len());
            // SAFETY: inputs and outputs exist; the scratch has room for two inputs; the place is inside the panel.
            unsafe {
                if found > 0 {
                    self.view.gather::<S>(inputs, outputs.clone(), scratch);
                }
                for (index, &tap) in self.weights.order.iter().enumerate() {
                    let zero = S::splat(0.0);
                    let even = if found > 0 { S::load(scratch.add(at(tap))) } else { zero };
                    let odd = if found > 1 { S::load(scratch.add(at(taps + tap))) } else { zero };
                    let piece = (index * self.weights.chunks + chunk) * panel.vectors + vector;
                    S::store_pairs(to.add(piece * PIECE + pair * 2 * S::LANES), even, odd);
                }
            }
        }
    }
}
