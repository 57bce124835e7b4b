//! Kernels at the 36 points: `[point][panel][input][two vectors of outputs]`.

#![expect(unsafe_code, reason = "points are written in parallel through one pointer")]

use std::ops::Range;

use super::{INPUT, POINTS, transform};
use crate::cpu::conv::weights::{Direction, PACK_DEPTH, WeightView};
use crate::cpu::memory::Buffer;
use crate::cpu::parallel::{self, Shared};
use crate::cpu::simd::{Isa, Kernel, MAX_LANES, Simd, dispatch};
use crate::cpu::tile::{Panel, Panels};

/// Side of the kernels.
pub(super) const KERNEL: usize = 3;
const TAPS: usize = KERNEL * KERNEL;

/// Transformed weights of a 3x3 convolution.
pub(crate) struct TransformedWeights {
    buffer: Buffer,
    pub inputs: usize,
    pub panels: Panels,
}

impl TransformedWeights {
    pub fn new(weight: &WeightView<'_>, isa: Isa) -> Self {
        assert_eq!(weight.taps, TAPS, "Winograd's algorithm is for 3x3 kernels");
        let panels = Panels::new(weight.outputs, isa);
        let inputs = weight.inputs;
        let mut buffer = Buffer::<f32>::new(POINTS * panels.padded() * inputs);
        let to = Shared((buffer.as_mut_ptr(), *weight));
        let blocks = inputs.div_ceil(PACK_DEPTH);
        parallel::ranges(panels.count() * blocks, MAX_TASKS, 1, |range| {
            let (to, weight) = to.get();
            // SAFETY: panels and blocks of inputs are disjoint, and the buffer has room for all.
            unsafe { dispatch(isa, Blocks { weight, panels, to, range }) };
        });
        Self { buffer, inputs, panels }
    }

    /// First value of a panel at a point.
    pub fn panel(&self, point: usize, panel: usize) -> *const f32 {
        let columns = panel * self.panels.width();
        let start = (point * self.panels.padded() + columns) * self.inputs;
        self.buffer.as_slice()[start..].as_ptr()
    }

    /// Size in bytes.
    pub fn bytes(&self) -> usize {
        size_of_val(self.buffer.as_slice())
    }
}

/// Tasks of one transformation.
const MAX_TASKS: usize = 8;

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
        let stride = panels.padded() * weight.inputs;
        for index in range {
            let (panel, block) = (index / blocks, index % blocks);
            let columns = panels.get(panel);
            let inputs = block * PACK_DEPTH..weight.inputs.min((block + 1) * PACK_DEPTH);
            let width = columns.vectors * S::LANES;
            let start = columns.start * weight.inputs + inputs.start * width;
            // SAFETY: every point's panel has `inputs` rows of `width` values.
            unsafe { transform_block::<S>(&weight, columns, inputs, to.add(start), stride) };
        }
    }
}

/// Transforms the kernels from some inputs, at most [`PACK_DEPTH`], to one panel of outputs:
/// `[input][panel]` at every point, points `stride` apart.
///
/// # Safety
/// Inputs and outputs exist, and `to` is valid for so many values at every point.
#[inline(always)]
pub(super) unsafe fn transform_block<S: Simd>(
    weight: &WeightView<'_>,
    columns: Panel,
    inputs: Range<usize>,
    to: *mut f32,
    stride: usize,
) {
    let mut taps = [0.0; PACK_DEPTH * TAPS * MAX_LANES];
    let width = columns.vectors * S::LANES;
    for v in 0..columns.vectors {
        // SAFETY: by the caller's promise.
        unsafe {
            weight.gather::<S>(inputs.clone(), columns.outputs(v, S::LANES), taps.as_mut_ptr());
            for index in 0..inputs.len() {
                let taps = taps.as_ptr().add(index * TAPS * S::LANES);
                let to = to.add(index * width + v * S::LANES);
                transform_vector::<S>(taps, weight.direction, to, stride);
            }
        }
    }
}

/// Transforms one vector of kernels `[tap][lane]` and stores its points `stride` apart. Gradients
/// of inputs see the kernels rotated.
///
/// # Safety
/// `to` is valid for a vector at every point.
#[inline(always)]
unsafe fn transform_vector<S: Simd>(
    taps: *const f32,
    direction: Direction,
    to: *mut f32,
    stride: usize,
) {
    // SAFETY: by the caller's promise.
    unsafe {
        let mut rows = [[S::splat(0.0); INPUT]; KERNEL];
        for (i, row) in rows.iter_mut().enumerate() {
            let mut kernel = [S::splat(0.0); KERNEL];
            for (j, value) in kernel.iter_mut().enumerate() {
                let tap = match direction {
                    Direction::Forward => i * KERNEL + j,
                    Direction::Backward => TAPS - 1 - (i * KERNEL + j),
                };
                *value = S::load(taps.add(tap * S::LANES));
            }
            *row = transform::kernel::<S>(kernel);
        }
        for j in 0..INPUT {
            let column = transform::kernel::<S>(transform::column(&rows, j));
            for (i, value) in column.into_iter().enumerate() {
                S::store(to.add((i * INPUT + j) * stride), value);
            }
        }
    }
}
