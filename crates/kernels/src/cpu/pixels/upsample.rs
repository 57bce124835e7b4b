//! Bilinear interpolation of maps, and its gradient.

#![expect(unsafe_code, unsafe_op_in_unsafe_fn, reason = "innermost loops on raw pointers")]

use std::ops::Range;

use crate::cpu::channels::Lane;
use crate::cpu::epilogue::Epilogue;
use crate::cpu::maps::{Extent, Maps, Place};
use crate::cpu::memory::Buffer;
use crate::cpu::parallel::{self, Shared};
use crate::cpu::simd::{Isa, Kernel, Simd, dispatch};
use crate::interpolation::{Position, Uses, positions, uses};
use crate::types::Activation;

/// Values that a task handles at least.
const TASK_VALUES: usize = 32 * 1024;

/// Maps of this height and width; the same maps where they have it.
pub(crate) fn upsample(x: Maps, [height, width]: [usize; 2]) -> Maps {
    let extent = Extent { height, width, ..x.extent };
    if x.extent == extent {
        return x;
    }
    let mut result = Maps::new(extent);
    let to = result.as_mut_slice().as_mut_ptr();
    sum(std::ptr::null(), to, extent, &[x], Activation::Identity);
    result
}

/// `activation(target + Σ upsample(edge))`; in place if nobody else holds the target.
pub(crate) fn blend(target: Maps, edges: &[Maps], activation: Activation) -> Maps {
    let extent = target.extent;
    let mut place = Place::of(target);
    let (from, to) = place.pointers();
    sum(from, to, extent, edges, activation);
    place.result
}

/// Adds up edges at the size of `extent`, from the values at `from` on, if it is not null.
fn sum(from: *const f32, to: *mut f32, extent: Extent, edges: &[Maps], activation: Activation) {
    let edges: Vec<Edge> = edges.iter().map(|edge| Edge::new(edge, extent)).collect();
    let lines = extent.batch * extent.height;
    let shared = Shared((from, to));
    let epilogue = Epilogue { activation, ..Epilogue::NONE };
    let isa = Isa::current();
    parallel::ranges(lines, extent.len() / TASK_VALUES + 1, 1, |lines| {
        let (from, to) = shared.get();
        let kernel = Forward { from, to, extent, edges: &edges, lines, epilogue };
        // SAFETY: the lines exist, positions lie within the edges, and tasks write disjoint lines.
        unsafe { dispatch(isa, kernel) };
    });
}

/// Maps to interpolate, and where outputs lie between their pixels.
struct Edge<'a> {
    maps: &'a Maps,
    rows: Vec<Position>,
    columns: Vec<Position>,
}

impl<'a> Edge<'a> {
    fn new(maps: &'a Maps, to: Extent) -> Self {
        let rows = positions(maps.extent.height, to.height);
        Self { maps, rows, columns: positions(maps.extent.width, to.width) }
    }
}

struct Forward<'a> {
    from: *const f32,
    to: *mut f32,
    extent: Extent,
    edges: &'a [Edge<'a>],
    lines: Range<usize>,
    epilogue: Epilogue,
}

impl Kernel for Forward<'_> {
    #[inline(always)]
    unsafe fn run<S: Simd>(self) {
        let Self { from, to, extent, edges, lines, epilogue } = self;
        let Extent { channels, height, width, .. } = extent;
        for line in lines {
            let edges: Vec<Line<'_>> =
                edges.iter().map(|edge| edge.line(line / height, line % height)).collect();
            for x in 0..width {
                let pixel = (line * width + x) * channels;
                for lane in Lane::all::<S>(channels) {
                    let offset = pixel + lane.channel;
                    let mut sum = S::splat(0.0);
                    if !from.is_null() {
                        sum = lane.load::<S, _>(from.add(offset));
                    }
                    for edge in &edges {
                        sum = S::add(sum, edge.at::<S>(x, channels, lane));
                    }
                    epilogue.store::<S>(to, offset, lane.channel, lane.count, sum);
                }
            }
        }
    }
}

/// An edge along one line of outputs.
struct Line<'a> {
    /// The lines of the edge before and after it.
    between: [*const f32; 2],
    fraction: f32,
    columns: &'a [Position],
}

impl Edge<'_> {
    fn line(&self, picture: usize, y: usize) -> Line<'_> {
        let Extent { channels, height, width, .. } = self.maps.extent;
        let row = self.rows[y];
        let values = self.maps.as_slice();
        let line = |y: usize| values[(picture * height + y) * width * channels..].as_ptr();
        Line {
            between: [line(row.low), line(row.high)],
            fraction: row.fraction,
            columns: &self.columns,
        }
    }
}

impl Line<'_> {
    /// The value of an output.
    #[inline(always)]
    unsafe fn at<S: Simd>(&self, x: usize, channels: usize, lane: Lane) -> S::Vector {
        let column = self.columns[x];
        let [low, high] = [column.low, column.high].map(|x| x * channels + lane.channel);
        let across = |line: *const f32| {
            let (low, high) = (lane.load::<S, _>(line.add(low)), lane.load::<S, _>(line.add(high)));
            mix::<S>(low, high, column.fraction)
        };
        mix::<S>(across(self.between[0]), across(self.between[1]), self.fraction)
    }
}

/// `(1 - fraction) · low + fraction · high`.
#[inline(always)]
unsafe fn mix<S: Simd>(low: S::Vector, high: S::Vector, fraction: f32) -> S::Vector {
    S::mul_add(S::splat(fraction), high, S::mul(S::splat(1.0 - fraction), low))
}

/// Gradient of maps that had this height and width: each pixel's from all those that were made of it.
pub(crate) fn upsample_gradient(gradient: Maps, [height, width]: [usize; 2]) -> Maps {
    let fine = gradient.extent;
    if [fine.height, fine.width] == [height, width] {
        return gradient;
    }
    let mut result = Maps::new(Extent { height, width, ..fine });
    let lines = fine.batch * height;
    let (rows, columns) = (uses(height, fine.height), uses(width, fine.width));
    let shared = Shared((gradient.as_ptr(), result.as_mut_slice().as_mut_ptr()));
    let (isa, tasks) = (Isa::current(), fine.len() / TASK_VALUES + 1);
    parallel::ranges(lines, tasks, 1, |lines| {
        let (gradient, to) = shared.get();
        let kernel = Backward { gradient, fine, to, rows: &rows, columns: &columns, lines };
        // SAFETY: the lines exist, uses lie within the gradient, and tasks write disjoint lines.
        unsafe { dispatch(isa, kernel) };
    });
    result
}

struct Backward<'a> {
    gradient: *const f32,
    fine: Extent,
    to: *mut f32,
    rows: &'a [Uses],
    columns: &'a [Uses],
    lines: Range<usize>,
}

impl Kernel for Backward<'_> {
    #[inline(always)]
    unsafe fn run<S: Simd>(self) {
        let Self { gradient, fine, to, rows, columns, lines } = self;
        let Extent { channels, height, width, .. } = fine;
        let len = width * channels;
        let mut sums = Buffer::<f32>::new(len);
        let sums = sums.as_mut_ptr();
        for line in lines {
            let (picture, row) = (line / rows.len(), &rows[line % rows.len()]);
            let first = gradient.add((picture * height + row.first) * len);
            for lane in Lane::all::<S>(len) {
                let mut sum = S::splat(0.0);
                for (y, weight) in row.weights.iter().enumerate() {
                    let value = lane.load::<S, _>(first.add(y * len + lane.channel));
                    sum = S::mul_add(S::splat(*weight), value, sum);
                }
                lane.store::<S, _>(sums.add(lane.channel), sum);
            }
            for (index, column) in columns.iter().enumerate() {
                let to = to.add((line * columns.len() + index) * channels);
                let first = sums.add(column.first * channels);
                for lane in Lane::all::<S>(channels) {
                    let mut sum = S::splat(0.0);
                    for (x, weight) in column.weights.iter().enumerate() {
                        let value = lane.load::<S, _>(first.add(x * channels + lane.channel));
                        sum = S::mul_add(S::splat(*weight), value, sum);
                    }
                    lane.store::<S, _>(to.add(lane.channel), sum);
                }
            }
        }
    }
}
