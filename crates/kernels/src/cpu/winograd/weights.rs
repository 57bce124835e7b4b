//! Kernels at the 36 points: `[point][panel][input][two vectors of outputs]`.

#![expect(unsafe_code, reason = "points are written in parallel through one pointer")]

use super::{INPUT, POINTS, transform};
use crate::cpu::conv::weights::{Direction, PACK_DEPTH, WeightView};
use crate::cpu::memory::Buffer;
use crate::cpu::parallel::{self, Shared};
use crate::cpu::simd::{Kernel, Simd, dispatch};
use crate::cpu::tile::{PANEL_VECTORS, Panels};

/// Side of the kernels.
pub(super) const KERNEL: usize = 3;
const TAPS: usize = KERNEL * KERNEL;
/// Widest panel of any instruction set.
const MAX_WIDTH: usize = 32;

/// Transformed weights of a 3x3 convolution.
pub(crate) struct TransformedWeights {
    buffer: Buffer,
    pub inputs: usize,
    pub panels: Panels,
}

impl TransformedWeights {
    pub fn new(weight: &WeightView<'_>) -> Self {
        assert_eq!(weight.taps, TAPS, "Winograd's algorithm is for 3x3 kernels");
        let mut transformed = None;
        // SAFETY: the kernel writes only memory that it allocates.
        unsafe { dispatch(Transform { weight: *weight, transformed: &mut transformed }) };
        transformed.expect("the kernel ran")
    }

    /// First value of a panel at a point.
    pub fn panel(&self, point: usize, panel: usize) -> *const f32 {
        let columns = panel * self.panels.lanes * PANEL_VECTORS;
        let start = (point * self.panels.padded() + columns) * self.inputs;
        self.buffer.as_slice()[start..].as_ptr()
    }

    /// Size in bytes.
    pub fn bytes(&self) -> usize {
        size_of_val(self.buffer.as_slice())
    }
}

struct Transform<'a> {
    weight: WeightView<'a>,
    transformed: &'a mut Option<TransformedWeights>,
}

impl Kernel for Transform<'_> {
    #[inline(always)]
    unsafe fn run<S: Simd>(self) {
        let panels = Panels::of::<S>(self.weight.outputs);
        let inputs = self.weight.inputs;
        let mut buffer = Buffer::new(POINTS * panels.padded() * inputs);
        let to = Shared((buffer.as_mut_ptr(), self.weight));
        let blocks = inputs.div_ceil(PACK_DEPTH);
        parallel::ranges(panels.count() * blocks, MAX_TASKS, 1, |range| {
            let (to, weight) = to.get();
            // SAFETY: panels and blocks of inputs are disjoint.
            unsafe { dispatch(Blocks { weight, panels, to, range }) };
        });
        *self.transformed = Some(TransformedWeights { buffer, inputs, panels });
    }
}

/// Tasks of one transformation.
const MAX_TASKS: usize = 8;

/// One task: blocks of inputs of some panels.
struct Blocks<'a> {
    weight: WeightView<'a>,
    panels: Panels,
    to: *mut f32,
    range: std::ops::Range<usize>,
}

impl Kernel for Blocks<'_> {
    #[inline(always)]
    unsafe fn run<S: Simd>(self) {
        let Self { weight, panels, to, range } = self;
        let blocks = weight.inputs.div_ceil(PACK_DEPTH);
        let mut taps = [[0.0; MAX_WIDTH]; TAPS];
        for index in range {
            let (panel, block) = (index / blocks, index % blocks);
            let columns = panels.get(panel);
            let width = columns.vectors * S::LANES;
            for input in block * PACK_DEPTH..weight.inputs.min((block + 1) * PACK_DEPTH) {
                gather(&weight, input, columns.start, columns.columns, &mut taps);
                let start = panels.lanes * PANEL_VECTORS * panel * weight.inputs + input * width;
                for v in 0..columns.vectors {
                    // SAFETY: every point's panel has `inputs` rows of `width` values.
                    unsafe {
                        let to = to.add(start + v * S::LANES);
                        let stride = panels.padded() * weight.inputs;
                        transform_vector::<S>(&taps, v * S::LANES, to, stride);
                    }
                }
            }
        }
    }
}

/// Collects the taps of one input to the outputs of a panel, in the order in which a convolution
/// meets them: gradients of inputs see the kernel rotated.
#[inline(always)]
fn gather(
    weight: &WeightView<'_>,
    input: usize,
    first: usize,
    outputs: usize,
    taps: &mut [[f32; MAX_WIDTH]; TAPS],
) {
    for tap in 0..TAPS {
        let place = match weight.direction {
            Direction::Forward => tap,
            Direction::Backward => TAPS - 1 - tap,
        };
        for (lane, slot) in taps[place].iter_mut().enumerate().take(outputs) {
            *slot = weight.taps_of(input, first + lane)[tap];
        }
    }
}

/// Transforms one vector of kernels and stores its points `stride` apart.
///
/// # Safety
/// `to` is valid for a vector at every point.
#[inline(always)]
unsafe fn transform_vector<S: Simd>(
    taps: &[[f32; MAX_WIDTH]; TAPS],
    lane: usize,
    to: *mut f32,
    stride: usize,
) {
    // SAFETY: by the caller's promise.
    unsafe {
        let mut rows = [[S::splat(0.0); INPUT]; KERNEL];
        for (i, row) in rows.iter_mut().enumerate() {
            let kernel: [S::Vector; KERNEL] =
                std::array::from_fn(|j| S::load(taps[i * KERNEL + j][lane..].as_ptr()));
            *row = transform::kernel::<S>(kernel);
        }
        for j in 0..INPUT {
            let column = transform::kernel::<S>(rows.map(|row| row[j]));
            for (i, value) in column.into_iter().enumerate() {
                S::store(to.add((i * INPUT + j) * stride), value);
            }
        }
    }
}
