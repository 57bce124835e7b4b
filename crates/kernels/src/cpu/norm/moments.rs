//! Mean and biased variance per channel, in one pass over memory.
//!
//! Chunks that fit the first-level cache are visited twice (their own mean, then the squared
//! deviations from it) and merged in float64 by Chan's formula: accurate for any mean.

#![expect(unsafe_code, unsafe_op_in_unsafe_fn, reason = "innermost loops on raw pointers")]

use std::ops::Range;

use crate::cpu::channels::{self, Lane};
use crate::cpu::maps::Maps;
use crate::cpu::parallel::Shared;
use crate::cpu::simd::{Element, Isa, Kernel, MAX_LANES, Simd};

/// Statistics of some pixels, per channel.
#[derive(Debug, Clone)]
pub(crate) struct Moments {
    pub count: f64,
    pub mean: Vec<f64>,
    /// Sum of squared deviations from the mean.
    squares: Vec<f64>,
}

impl Moments {
    /// Of all pixels of maps.
    pub fn of<E: Element>(x: &Maps<E>) -> Self {
        let channels = x.extent.channels;
        let shared = Shared(x.as_ptr());
        let isa = Isa::current();
        let none = || Self::none(channels);
        let parts = channels::by_pieces(&x.extent, none, |pixels, moments| {
            let from = shared.get();
            // SAFETY: the pixels exist.
            unsafe { E::dispatch(isa, Measure { from, channels, pixels, moments }) };
        });
        let mut whole = Self::none(channels);
        for part in &parts {
            for c in 0..channels {
                whole.merge(c, part.count, part.mean[c], part.squares[c]);
            }
            whole.count += part.count;
        }
        whole
    }

    /// Biased variance of a channel.
    pub fn variance(&self, channel: usize) -> f64 {
        self.squares[channel] / self.count
    }

    fn none(channels: usize) -> Self {
        Self { count: 0.0, mean: vec![0.0; channels], squares: vec![0.0; channels] }
    }

    /// Merges one channel of `count` further pixels; the caller counts them afterwards.
    #[inline(always)]
    fn merge(&mut self, channel: usize, count: f64, mean: f64, squares: f64) {
        let total = self.count + count;
        if total == 0.0 {
            return;
        }
        let distance = mean - self.mean[channel];
        self.mean[channel] += distance * (count / total);
        self.squares[channel] += squares + distance * distance * (self.count * count / total);
    }
}

struct Measure<'a, E> {
    from: *const E,
    channels: usize,
    pixels: Range<usize>,
    moments: &'a mut Moments,
}

impl<E: Element> Kernel for Measure<'_, E> {
    #[inline(always)]
    unsafe fn run<S: Simd>(self) {
        let Self { from, channels, pixels, moments } = self;
        for chunk in channels::chunks(pixels, channels) {
            let count = chunk.len() as f64;
            for lane in Lane::all::<S>(channels) {
                let from = from.add(chunk.start * channels + lane.channel);
                let (means, squares) = measure::<S, E>(from, channels, chunk.len(), lane);
                for i in 0..lane.count {
                    let (mean, squares) = (f64::from(means[i]), f64::from(squares[i]));
                    moments.merge(lane.channel + i, count, mean, squares);
                }
            }
            moments.count += count;
        }
    }
}

/// Mean and squared deviations of one vector of channels over `pixels`.
#[inline(always)]
unsafe fn measure<S: Simd, E: Element>(
    from: *const E,
    channels: usize,
    pixels: usize,
    lane: Lane,
) -> ([f32; MAX_LANES], [f32; MAX_LANES]) {
    let sum = fold::<S>(pixels, &mut Values { from, channels, lane });
    let mean = S::mul(sum, S::splat(1.0 / pixels as f32));
    let values = Values { from, channels, lane };
    let squares = fold::<S>(pixels, &mut Squares::<S, E> { values, mean });
    let (mut means, mut sums) = ([0.0; MAX_LANES], [0.0; MAX_LANES]);
    S::store(means.as_mut_ptr(), mean);
    S::store(sums.as_mut_ptr(), squares);
    (means, sums)
}

/// Term of a sum over pixels. Not a closure: those are compiled without the vector instructions,
/// and would call them one by one.
pub(crate) trait Term<S: Simd> {
    /// `sum` with this pixel's term; implementations are `#[inline(always)]`.
    ///
    /// # Safety
    /// The pixel exists.
    unsafe fn add(&mut self, sum: S::Vector, pixel: usize) -> S::Vector;
}

/// One vector of channels, pixel by pixel.
pub(crate) struct Values<E> {
    pub from: *const E,
    pub channels: usize,
    pub lane: Lane,
}

impl<S: Simd, E: Element> Term<S> for Values<E> {
    #[inline(always)]
    unsafe fn add(&mut self, sum: S::Vector, pixel: usize) -> S::Vector {
        S::add(sum, self.lane.load::<S, _>(self.from.add(pixel * self.channels)))
    }
}

/// Their squared distances to a mean.
struct Squares<S: Simd, E> {
    values: Values<E>,
    mean: S::Vector,
}

impl<S: Simd, E: Element> Term<S> for Squares<S, E> {
    #[inline(always)]
    unsafe fn add(&mut self, sum: S::Vector, pixel: usize) -> S::Vector {
        let Values { from, channels, lane } = self.values;
        let distance = S::sub(lane.load::<S, _>(from.add(pixel * channels)), self.mean);
        S::mul_add(distance, distance, sum)
    }
}

/// Four partial sums in turn, so that additions do not wait for each other.
#[inline(always)]
pub(crate) unsafe fn fold<S: Simd>(pixels: usize, term: &mut impl Term<S>) -> S::Vector {
    let mut sums = [S::splat(0.0); 4];
    let mut pixel = 0;
    while pixel + 4 <= pixels {
        for (k, sum) in sums.iter_mut().enumerate() {
            *sum = term.add(*sum, pixel + k);
        }
        pixel += 4;
    }
    while pixel < pixels {
        sums[0] = term.add(sums[0], pixel);
        pixel += 1;
    }
    S::add(S::add(sums[0], sums[1]), S::add(sums[2], sums[3]))
}
