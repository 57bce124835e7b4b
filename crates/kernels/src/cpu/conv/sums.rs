//! Sums of weight gradients, `[slot][tap][panel][input][two vectors of outputs]`, and their way into a weight's order.

#![expect(unsafe_code, reason = "gradients are written in parallel through one pointer")]

use std::ops::Range;

use crate::cpu::lanes::from_lanes;
use crate::cpu::memory::Buffer;
use crate::cpu::parallel::{self, Shared};
use crate::cpu::simd::{Kernel, MAX_LANES, RowsMut, Simd, dispatch};
use crate::cpu::tile::{PANEL_VECTORS, Panels};

/// Inputs whose gradients are written at a time.
const WRITE_INPUTS: usize = 16;
/// Vectors times inputs that a task writes at least, in units of a group: about ten microseconds.
const TASK_WRITES: usize = 128;
/// Vectors rearranged at a time: the taps of a 3x3 kernel from a group of inputs.
const SCRATCH: usize = WRITE_INPUTS * 9;

/// Shape of the sums in one slot.
#[derive(Clone, Copy)]
pub(crate) struct Shape {
    pub taps: usize,
    pub inputs: usize,
    /// Rows of a panel: at least one per input.
    pub rows: usize,
    /// Of outputs.
    pub panels: Panels,
}

impl Shape {
    /// Sums of a slot.
    pub fn len(&self) -> usize {
        self.taps * self.panels.padded() * self.rows
    }

    /// Sums of one input in a panel.
    pub fn row_len(&self, panel: usize) -> usize {
        self.panels.get(panel).vectors * self.panels.isa.lanes()
    }

    /// Where the sums of an input start.
    pub fn row(&self, tap: usize, panel: usize, input: usize) -> usize {
        let start = (tap * self.panels.padded() + self.panels.get(panel).start) * self.rows;
        start + input * self.row_len(panel)
    }
}

/// Sums of all slots.
pub(crate) struct Sums {
    buffer: Buffer,
    shape: Shape,
    slots: usize,
}

impl Sums {
    pub fn zeros(shape: Shape, slots: usize) -> Self {
        Self { buffer: Buffer::zeros(shape.len() * slots), shape, slots }
    }

    /// The slots, one after the other.
    pub fn as_mut_ptr(&mut self) -> *mut f32 {
        self.buffer.as_mut_ptr()
    }

    /// Adds the slots in their order and rearranges them as a weight `[out, in, kernel, kernel]`.
    ///
    /// # Panics
    /// If the gradient has another length.
    pub fn write(&self, gradient: &mut [f32]) {
        let Shape { taps, inputs, panels, .. } = self.shape;
        assert_eq!(gradient.len(), taps * inputs * panels.columns, "gradient's length");
        let shared = Shared(gradient.as_mut_ptr());
        let vectors = panels.padded() / panels.isa.lanes();
        let groups = inputs.div_ceil(WRITE_INPUTS);
        let work = vectors * groups * taps * self.slots;
        parallel::ranges(vectors * groups, work / TASK_WRITES + 1, 1, |range| {
            for index in range {
                let (vector, first) = (index / groups, index % groups * WRITE_INPUTS);
                let inputs = first..inputs.min(first + WRITE_INPUTS);
                let write = Write { sums: self, gradient: shared.get(), vector, inputs };
                // SAFETY: vectors and groups of inputs are disjoint.
                unsafe { dispatch(panels.isa, write) };
            }
        });
    }
}

/// Gradients of some inputs' kernels to one vector of outputs.
struct Write<'a> {
    sums: &'a Sums,
    gradient: *mut f32,
    vector: usize,
    inputs: Range<usize>,
}

impl Kernel for Write<'_> {
    #[inline(always)]
    unsafe fn run<S: Simd>(self) {
        let Self { sums: Sums { buffer, shape, slots }, gradient, vector, inputs } = self;
        let Shape { taps, inputs: all, panels, .. } = *shape;
        let panels = panels.seen_by::<S>();
        let (panel, v) = (vector / PANEL_VECTORS, vector % PANEL_VECTORS);
        let outputs = panels.get(panel).outputs(v, S::LANES);
        let mut scratch = [0.0; SCRATCH * MAX_LANES];
        let step = (SCRATCH / taps).max(1);
        for first in inputs.clone().step_by(step) {
            let count = step.min(inputs.end - first);
            // SAFETY: inside the sums and the gradient; the scratch has room for `step` inputs.
            unsafe {
                for index in 0..count {
                    for tap in 0..taps {
                        let row = shape.row(tap, panel, first + index) + v * S::LANES;
                        let from = buffer.as_ptr().add(row);
                        let mut sum = S::load(from);
                        for slot in 1..*slots {
                            sum = S::add(sum, S::load(from.add(slot * shape.len())));
                        }
                        S::store(scratch.as_mut_ptr().add((index * taps + tap) * S::LANES), sum);
                    }
                }
                let kernels = (outputs.start * all + first) * taps;
                let to = RowsMut { first: gradient.add(kernels), stride: all * taps };
                from_lanes::<S>(scratch.as_ptr(), to, [outputs.len(), count * taps]);
            }
        }
    }
}
