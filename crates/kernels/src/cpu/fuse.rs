//! The fusion sum with nearest upsampling and activation, and its gradient.

#![expect(unsafe_code, unsafe_op_in_unsafe_fn, reason = "innermost loops on raw pointers")]

use std::ops::Range;

use super::channels::Lane;
use super::epilogue::Epilogue;
use super::maps::{Extent, Maps, Place};
use super::parallel::{self, Shared};
use super::simd::{Isa, Kernel, Simd, dispatch};
use crate::types::Activation;

/// Values that a task handles at least.
const TASK_VALUES: usize = 32 * 1024;

/// `activation(target + Σ upsample(edge))`; in place if nobody else holds the target.
pub(crate) fn forward(target: Maps, edges: &[Maps], activation: Activation) -> Maps {
    let extent = target.extent;
    let mut place = Place::of(target);
    let (from, to) = place.pointers();
    let lines = extent.batch * extent.height;
    let shared = Shared((from, to));
    let epilogue = Epilogue { activation, ..Epilogue::NONE };
    let isa = Isa::current();
    parallel::ranges(lines, extent.len() / TASK_VALUES + 1, 1, |lines| {
        let (from, to) = shared.get();
        // SAFETY: the lines exist, edges cover them, and tasks write disjoint ones.
        unsafe { dispatch(isa, Forward { from, to, extent, edges, lines, epilogue }) };
    });
    place.result
}

struct Forward<'a> {
    from: *const f32,
    to: *mut f32,
    extent: Extent,
    edges: &'a [Maps],
    lines: Range<usize>,
    epilogue: Epilogue,
}

impl Kernel for Forward<'_> {
    #[inline(always)]
    unsafe fn run<S: Simd>(self) {
        let Self { from, to, extent, edges, lines, epilogue } = self;
        let Extent { channels, height, width, .. } = extent;
        for line in lines {
            for x in 0..width {
                let pixel = (line * width + x) * channels;
                for lane in Lane::all::<S>(channels) {
                    let offset = pixel + lane.channel;
                    let mut sum = lane.load::<S>(from.add(offset));
                    for edge in edges {
                        let at = coarse_pixel(&edge.extent, height, width, line, x) + lane.channel;
                        sum = S::add(sum, lane.load::<S>(edge.as_ptr().add(at)));
                    }
                    epilogue.store::<S>(to, offset, lane.channel, lane.count, sum);
                }
            }
        }
    }
}

/// Offset of the coarse pixel that is repeated at column `x` of a line.
#[inline(always)]
fn coarse_pixel(edge: &Extent, height: usize, width: usize, line: usize, x: usize) -> usize {
    let (picture, y) = (line / height, line % height);
    let (y, x) = (y * edge.height / height, x * edge.width / width);
    ((picture * edge.height + y) * edge.width + x) * edge.channels
}

/// Gradient of an edge of extent `edge`: sums over the pixels that each of its pixels became.
pub(crate) fn edge_gradient(gradient: &Maps, edge: Extent) -> Maps {
    let mut output = Maps::new(edge);
    let fine = gradient.extent;
    let lines = edge.batch * edge.height;
    let shared = Shared((gradient.as_ptr(), output.as_mut_slice().as_mut_ptr()));
    let isa = Isa::current();
    parallel::ranges(lines, fine.len() / TASK_VALUES + 1, 1, |lines| {
        let (from, to) = shared.get();
        // SAFETY: the lines exist, and tasks write disjoint ones.
        unsafe { dispatch(isa, Downsample { from, fine, to, edge, lines }) };
    });
    output
}

struct Downsample {
    from: *const f32,
    fine: Extent,
    to: *mut f32,
    edge: Extent,
    lines: Range<usize>,
}

impl Kernel for Downsample {
    #[inline(always)]
    unsafe fn run<S: Simd>(self) {
        let Self { from, fine, to, edge, lines } = self;
        let [rows, columns] = [fine.height / edge.height, fine.width / edge.width];
        let channels = fine.channels;
        for line in lines {
            for x in 0..edge.width {
                let first = (line * rows * fine.width + x * columns) * channels;
                for lane in Lane::all::<S>(channels) {
                    let mut sum = S::splat(0.0);
                    for row in 0..rows {
                        for column in 0..columns {
                            let at = first + (row * fine.width + column) * channels + lane.channel;
                            sum = S::add(sum, lane.load::<S>(from.add(at)));
                        }
                    }
                    lane.store::<S>(to.add((line * edge.width + x) * channels + lane.channel), sum);
                }
            }
        }
    }
}
