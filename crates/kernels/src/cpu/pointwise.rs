//! Elementwise operations on maps: sums of gradients, the activation's gradient, channel sums.

#![expect(unsafe_code, unsafe_op_in_unsafe_fn, reason = "innermost loops on raw pointers")]

use std::ops::Range;

use super::channels::{self, Lane};
use super::maps::{Maps, Place};
use super::norm::gradient::add_to;
use super::norm::moments::{Values, fold};
use super::parallel::{self, Shared};
use super::simd::{Element, Isa, Kernel, Simd};

/// Values a task handles between two looks at the clock of the scheduler.
const TASK_VALUES: usize = 64 * 1024;

/// `a + b`; in place if nobody else holds one of them.
pub(crate) fn add<E: Element>(a: Maps<E>, b: Maps<E>) -> Maps<E> {
    let (into, other) = if a.is_unique() { (a, b) } else { (b, a) };
    pairs(into, &other, Pairing::Sum)
}

/// `gradient` where `output` is positive or NaN, otherwise zero; in place if possible.
pub(crate) fn relu_gradient<E: Element>(output: &Maps<E>, gradient: Maps<E>) -> Maps<E> {
    pairs(gradient, output, Pairing::WherePositive)
}

/// Elementwise operation on two maps.
#[derive(Clone, Copy)]
enum Pairing {
    Sum,
    /// The first where the second is positive.
    WherePositive,
}

fn pairs<E: Element>(into: Maps<E>, other: &Maps<E>, pairing: Pairing) -> Maps<E> {
    let len = into.extent.len();
    let mut place = Place::of(into);
    let (from, to) = place.pointers();
    let shared = Shared((from, other.as_ptr(), to));
    let isa = Isa::current();
    parallel::ranges(len, len / TASK_VALUES + 1, TASK_VALUES, |range| {
        let (from, other, to) = shared.get();
        // SAFETY: all maps have the same extent; ranges are disjoint.
        unsafe { E::dispatch(isa, Pairs { from, other, to, range, pairing }) };
    });
    place.result
}

struct Pairs<E> {
    from: *const E,
    other: *const E,
    to: *mut E,
    range: Range<usize>,
    pairing: Pairing,
}

impl<E: Element> Kernel for Pairs<E> {
    #[inline(always)]
    unsafe fn run<S: Simd>(self) {
        let Self { from, other, to, range, pairing } = self;
        let (from, other, to) =
            (from.add(range.start), other.add(range.start), to.add(range.start));
        for lane in Lane::all::<S>(range.len()) {
            let a = lane.load::<S, _>(from.add(lane.channel));
            let b = lane.load::<S, _>(other.add(lane.channel));
            let value = match pairing {
                Pairing::Sum => S::add(a, b),
                Pairing::WherePositive => S::where_positive(a, b),
            };
            lane.store::<S, _>(to.add(lane.channel), value);
        }
    }
}

/// Sum over all pixels, per channel.
pub(crate) fn channel_sums<E: Element>(x: &Maps<E>) -> Vec<f64> {
    let channels = x.extent.channels;
    let shared = Shared(x.as_ptr());
    let isa = Isa::current();
    let none = || vec![0.0; channels];
    let parts = channels::by_pieces(&x.extent, none, |pixels, sums| {
        let from = shared.get();
        // SAFETY: the pixels exist.
        unsafe { E::dispatch(isa, ChannelSums { from, channels, pixels, sums }) };
    });
    let mut sums = vec![0.0; channels];
    for part in parts {
        sums.iter_mut().zip(part).for_each(|(sum, part)| *sum += part);
    }
    sums
}

struct ChannelSums<'a, E> {
    from: *const E,
    channels: usize,
    pixels: Range<usize>,
    sums: &'a mut Vec<f64>,
}

impl<E: Element> Kernel for ChannelSums<'_, E> {
    #[inline(always)]
    unsafe fn run<S: Simd>(self) {
        let Self { from, channels, pixels, sums } = self;
        for chunk in channels::chunks(pixels, channels) {
            for lane in Lane::all::<S>(channels) {
                let from = from.add(chunk.start * channels + lane.channel);
                let sum = fold::<S>(chunk.len(), &mut Values { from, channels, lane });
                add_to::<S>(sums, lane, sum);
            }
        }
    }
}
