//! A weight gradient for all of its tasks.

use std::sync::atomic::AtomicBool;

use crate::cpu::simd::RowsMut;
use crate::cpu::tile::Panels;
use crate::cpu::winograd::Grid;
use crate::cpu::winograd::input::Source;
use crate::cpu::winograd::weights::KERNEL;

/// Values of a kernel.
pub(super) const TAPS: usize = KERNEL * KERNEL;

/// Weight gradient to compute: inputs, extents and result, for all of its tasks.
#[derive(Clone, Copy)]
pub(super) struct Job<'a, E> {
    pub x: Source<E>,
    pub dy: Source<E>,
    pub padding: usize,
    pub grid: Grid,
    pub inputs: usize,
    pub outputs: usize,
    /// Of outputs.
    pub panels: Panels,
    pub gradient: *mut f32,
    pub not_finite: &'a AtomicBool,
}

impl<E> Job<'_, E> {
    /// Gradients of the kernels from an input on, one row an output.
    #[inline(always)]
    pub fn kernels(&self, input: usize, output: usize) -> RowsMut {
        let first = self.gradient.wrapping_add((output * self.inputs + input) * TAPS);
        RowsMut { first, stride: self.inputs * TAPS }
    }
}
