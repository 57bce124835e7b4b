//! Inputs and output gradients at the points of their tiles.

#![expect(unsafe_code, reason = "points are written in parallel through one pointer")]

use std::ops::Range;

use super::job::Job;
use crate::cpu::simd::{Element, Kernel, Simd};
use crate::cpu::tile::Run;
use crate::cpu::winograd::{Points, input};

/// Points of inputs and of output gradients.
#[derive(Clone, Copy)]
pub(super) struct Memory {
    pub from: Points,
    pub x: *mut f32,
    pub to: Points,
    pub dy: *mut f32,
}

impl Memory {
    /// A correlation over `tiles` at a point, from these channels on.
    #[inline(always)]
    pub fn run(&self, point: usize, input: usize, output: usize, tiles: usize) -> Run {
        Run {
            left: self.x.wrapping_add(self.from.offset(point, 0) + input),
            left_step: self.from.channels,
            right: self.dy.wrapping_add(self.to.offset(point, 0) + output),
            right_step: self.to.channels,
            pixels: tiles,
        }
    }
}

pub(super) struct Inputs<'a, E> {
    pub job: Job<'a, E>,
    pub memory: Memory,
    pub tiles: Range<usize>,
    pub first: usize,
}

impl<E: Element> Kernel for Inputs<'_, E> {
    #[inline(always)]
    unsafe fn run<S: Simd>(self) {
        let Self { job, memory: Memory { from, x, .. }, tiles, first } = self;
        // SAFETY: by the caller's promise.
        unsafe { input::inputs::<S, E>(job.x, job.padding, job.grid, tiles, x, from, first) };
    }
}

pub(super) struct Gradients<'a, E> {
    pub job: Job<'a, E>,
    pub memory: Memory,
    pub tiles: Range<usize>,
    pub first: usize,
}

impl<E: Element> Kernel for Gradients<'_, E> {
    #[inline(always)]
    unsafe fn run<S: Simd>(self) {
        let Self { job, memory: Memory { to, dy, .. }, tiles, first } = self;
        // SAFETY: by the caller's promise.
        unsafe { input::output_gradients::<S, E>(job.dy, job.grid, tiles, dy, to, first) };
    }
}
