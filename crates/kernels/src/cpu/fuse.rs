//! The fusion sum with nearest upsampling and activation, and its gradient.

#![expect(unsafe_code, unsafe_op_in_unsafe_fn, reason = "innermost loops on raw pointers")]

use std::ops::Range;

use super::channels::Lane;
use super::epilogue::Epilogue;
use super::maps::{Extent, Maps, Place};
use super::parallel::{self, Shared};
use super::simd::{Element, Isa, Kernel, Simd};
use crate::types::Activation;

/// Values that a task handles at least.
const TASK_VALUES: usize = 32 * 1024;

/// `activation(target + Σ upsample(edge))`; in place if nobody else holds the target.
pub(crate) fn forward<E: Element>(
    target: Maps<E>,
    edges: &[Maps<E>],
    activation: Activation,
) -> Maps<E> {
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
        unsafe { E::dispatch(isa, Forward { from, to, extent, edges, lines, epilogue }) };
    });
    place.result
}

struct Forward<'a, E> {
    from: *const E,
    to: *mut E,
    extent: Extent,
    edges: &'a [Maps<E>],
    lines: Range<usize>,
    epilogue: Epilogue<E>,
}

impl<E: Element> Kernel for Forward<'_, E> {
    #[inline(always)]
    unsafe fn run<S: Simd>(self) {
        let Self { from, to, extent, edges, lines, epilogue } = self;
        let Extent { channels, height, width, .. } = extent;
        for line in lines {
            let mut edges: Vec<Row<E>> =
                edges.iter().map(|edge| Row::of(edge, [height, width], line)).collect();
            for x in 0..width {
                let pixel = (line * width + x) * channels;
                for edge in &mut edges {
                    edge.pixel = edge.first.wrapping_add(x / edge.repeats * channels);
                }
                for lane in Lane::all::<S>(channels) {
                    let offset = pixel + lane.channel;
                    let mut sum = lane.load::<S, _>(from.add(offset));
                    for edge in &edges {
                        let from = edge.pixel.add(lane.channel);
                        sum = S::add(sum, lane.load::<S, _>(from));
                    }
                    epilogue.store::<S>(to, offset, lane.channel, lane.count, sum);
                }
            }
        }
    }
}

/// A row of an edge's pixels.
struct Row<E> {
    first: *const E,
    /// The one at a column of the target.
    pixel: *const E,
    /// Pixels of the target that each of them becomes.
    repeats: usize,
}

impl<E: Element> Row<E> {
    /// The row that is repeated at a line of targets of this height and width.
    #[inline(always)]
    fn of(edge: &Maps<E>, [height, width]: [usize; 2], line: usize) -> Self {
        let Extent { channels, height: rows, width: columns, .. } = edge.extent;
        let (picture, y) = (line / height, line % height);
        let row = picture * rows + y * rows / height;
        let first = edge.as_ptr().wrapping_add(row * columns * channels);
        Self { first, pixel: first, repeats: width / columns }
    }
}

/// Gradient of an edge of extent `edge`: sums over the pixels that each of its pixels became.
pub(crate) fn edge_gradient<E: Element>(gradient: &Maps<E>, edge: Extent) -> Maps<E> {
    let mut output = Maps::new(edge);
    let fine = gradient.extent;
    let lines = edge.batch * edge.height;
    let shared = Shared((gradient.as_ptr(), output.as_mut_slice().as_mut_ptr()));
    let isa = Isa::current();
    parallel::ranges(lines, fine.len() / TASK_VALUES + 1, 1, |lines| {
        let (from, to) = shared.get();
        // SAFETY: the lines exist, and tasks write disjoint ones.
        unsafe { E::dispatch(isa, Downsample { from, fine, to, edge, lines }) };
    });
    output
}

struct Downsample<E> {
    from: *const E,
    fine: Extent,
    to: *mut E,
    edge: Extent,
    lines: Range<usize>,
}

impl<E: Element> Kernel for Downsample<E> {
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
                            sum = S::add(sum, lane.load::<S, _>(from.add(at)));
                        }
                    }
                    lane.store::<S, _>(
                        to.add((line * edge.width + x) * channels + lane.channel),
                        sum,
                    );
                }
            }
        }
    }
}
