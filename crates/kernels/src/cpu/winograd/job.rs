//! A convolution by Winograd's algorithm, as all of its tasks see it, and its first part: input tiles
//! to points.

#![expect(unsafe_code, reason = "tiles are written in parallel through one pointer")]

use std::ops::Range;
use std::sync::atomic::AtomicBool;

use super::input::{self, Source};
use super::weights::TransformedWeights;
use super::{Grid, Points};
use crate::cpu::conv::weights::WeightView;
use crate::cpu::epilogue::Epilogue;
use crate::cpu::maps::Extent;
use crate::cpu::parallel::{self, Shared};
use crate::cpu::simd::{Element, Isa, Kernel, Simd};

/// A convolution.
#[derive(Clone, Copy)]
pub(crate) struct Winograd<'a, E> {
    pub input: *const E,
    pub input_extent: Extent,
    pub padding: usize,
    pub output: *mut E,
    pub output_extent: Extent,
    pub weights: Weights<'a>,
    pub epilogue: Epilogue<E>,
    pub isa: Isa,
}

/// Weights of a convolution.
#[derive(Clone, Copy)]
pub(crate) enum Weights<'a> {
    /// To be transformed where they are used, for this call alone.
    Plain(WeightView<'a>),
    Transformed(&'a TransformedWeights),
}

/// Convolution to compute with its tiles, for all of its tasks.
#[derive(Clone, Copy)]
pub(super) struct Job<'a, E> {
    pub winograd: Winograd<'a, E>,
    pub grid: Grid,
    pub zeros: *const E,
    pub not_finite: &'a AtomicBool,
}

/// All tiles of the input to points.
pub(super) fn transform_inputs<E: Element>(job: Job<'_, E>, memory: Memory) {
    let isa = job.winograd.isa;
    let shared = Shared((job, memory));
    parallel::ranges(job.grid.tiles(), parallel::threads() * 2, 1, |tiles| {
        let (job, memory) = shared.get();
        let first = tiles.start;
        // SAFETY: by the promise of `run`; tasks write disjoint tiles.
        unsafe { E::dispatch(isa, Inputs { job, memory, tiles, first }) };
    });
}

/// Points of inputs and of outputs.
#[derive(Clone, Copy)]
pub(super) struct Memory {
    pub from: Points,
    pub transformed: *mut f32,
    pub to: Points,
    pub sums: *mut f32,
}

/// Input tiles to points.
pub(super) struct Inputs<'a, E> {
    pub job: Job<'a, E>,
    pub memory: Memory,
    pub tiles: Range<usize>,
    /// Place of the first tile in memory.
    pub first: usize,
}

impl<E: Element> Kernel for Inputs<'_, E> {
    #[inline(always)]
    unsafe fn run<S: Simd>(self) {
        let Self { job: Job { winograd, grid, zeros, .. }, memory, tiles, first } = self;
        let source = Source { pixels: winograd.input, extent: winograd.input_extent, zeros };
        let Memory { from, transformed, .. } = memory;
        // SAFETY: by the promise of `run`.
        unsafe {
            input::inputs::<S, E>(source, winograd.padding, grid, tiles, transformed, from, first);
        }
    }
}
