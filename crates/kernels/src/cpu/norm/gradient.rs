//! Normalisation backward: one pass for the sums per channel, one for the input's gradient.

#![expect(unsafe_code, unsafe_op_in_unsafe_fn, reason = "innermost loops on raw pointers")]

use std::ops::Range;

use super::apply::Scale;
use super::moments::{Term, fold};
use crate::cpu::channels::{self, Lane};
use crate::cpu::maps::{Maps, Place};
use crate::cpu::parallel::{self, Shared};
use crate::cpu::simd::{Element, Isa, Kernel, MAX_LANES, Simd};
use crate::types::Origin;

/// Where the activation let values pass.
#[derive(Clone, Copy)]
pub(crate) enum Mask<E> {
    /// Everywhere: there was none, or the gradient is masked already.
    Open,
    /// Where the normalised value, computed anew, is positive.
    Normalised,
    /// Where the output is positive; the masked gradient is written on the way.
    Output { output: *const E, masked: *mut E },
}

/// Sums per channel.
pub(crate) struct Sums {
    /// Of the masked gradient.
    pub gradient: Vec<f64>,
    /// Of the masked gradient times `x - mean`.
    pub product: Vec<f64>,
}

/// Sums over all pixels.
pub(crate) fn sums<E: Element>(x: &Maps<E>, dy: &Maps<E>, scale: &Scale, mask: Mask<E>) -> Sums {
    sums_of(x, dy.as_ptr(), scale, mask)
}

/// The gradient where `output` is positive or NaN, in place if nobody else holds it, and its sums.
pub(crate) fn masked_sums<E: Element>(
    x: &Maps<E>,
    dy: Maps<E>,
    output: &Maps<E>,
    scale: &Scale,
) -> (Maps<E>, Sums) {
    let mut place = Place::of(dy);
    let (dy, masked) = place.pointers();
    let sums = sums_of(x, dy, scale, Mask::Output { output: output.as_ptr(), masked });
    (place.result, sums)
}

fn sums_of<E: Element>(x: &Maps<E>, dy: *const E, scale: &Scale, mask: Mask<E>) -> Sums {
    let channels = x.extent.channels;
    let none = || Sums { gradient: vec![0.0; channels], product: vec![0.0; channels] };
    let shared = Shared((x.as_ptr(), dy, mask));
    let isa = Isa::current();
    let parts = channels::by_pieces(&x.extent, none, |pixels, sums| {
        let (x, dy, mask) = shared.get();
        let masked = Masked { x, dy, scale, mask, channels };
        // SAFETY: the pixels exist in all maps, and pieces do not overlap.
        unsafe { E::dispatch(isa, Sum { masked, pixels, sums }) };
    });
    let mut whole = none();
    for part in &parts {
        for c in 0..channels {
            whole.gradient[c] += part.gradient[c];
            whole.product[c] += part.product[c];
        }
    }
    whole
}

/// Coefficients of the input's gradient: `factor · dz + slope · (x - mean) + offset`.
pub(crate) struct Slope {
    slope: Vec<f32>,
    offset: Vec<f32>,
}

impl Slope {
    /// Part of the gradient that comes from the statistics' dependence on the input of so many pixels; `inverse` are the
    /// inverse deviations.
    pub fn of(sums: &Sums, scale: &Scale, inverse: &[f64], pixels: usize, origin: Origin) -> Self {
        let share = match origin {
            Origin::Batch => -1.0 / pixels as f64,
            Origin::Given => 0.0,
        };
        let factors = scale.factor.iter().map(|&factor| f64::from(factor) * share);
        let offset = factors.clone().zip(&sums.gradient).map(|(factor, sum)| (factor * sum) as f32);
        let products =
            sums.product.iter().zip(inverse).map(|(sum, inverse)| sum * inverse * inverse);
        let slope = factors.zip(products).map(|(factor, product)| (factor * product) as f32);
        Self { offset: offset.collect(), slope: slope.collect() }
    }
}

/// The input's gradient; in place if nobody else holds `dy`.
pub(crate) fn input<E: Element>(
    x: &Maps<E>,
    dy: Maps<E>,
    scale: &Scale,
    slope: &Slope,
    mask: Mask<E>,
) -> Maps<E> {
    let extent = x.extent;
    let mut place = Place::of(dy);
    let (dy, to) = place.pointers();
    let pieces = channels::pieces(&extent);
    let shared = Shared((x.as_ptr(), dy, mask, to));
    let isa = Isa::current();
    parallel::run(pieces, |index| {
        let (x, dy, mask, to) = shared.get();
        let pixels = channels::piece(&extent, pieces, index);
        let masked = Masked { x, dy, scale, mask, channels: extent.channels };
        // SAFETY: the pixels exist in all maps, and tasks write disjoint ones.
        unsafe { E::dispatch(isa, Input { masked, slope, to, pixels }) };
    });
    place.result
}

/// Inputs of both passes.
#[derive(Clone, Copy)]
struct Masked<'a, E> {
    x: *const E,
    dy: *const E,
    scale: &'a Scale,
    mask: Mask<E>,
    channels: usize,
}

/// Coefficients of one vector of channels.
#[derive(Clone, Copy)]
struct Coefficients<S: Simd> {
    mean: S::Vector,
    factor: S::Vector,
    bias: S::Vector,
}

impl<E: Element> Masked<'_, E> {
    #[inline(always)]
    unsafe fn coefficients<S: Simd>(&self, lane: Lane) -> Coefficients<S> {
        let load = |values: &[f32]| lane.load::<S, _>(values.as_ptr().add(lane.channel));
        let Scale { mean, factor, bias } = self.scale;
        Coefficients { mean: load(mean), factor: load(factor), bias: load(bias) }
    }

    /// Masked gradient and centred input at an offset.
    #[inline(always)]
    unsafe fn at<S: Simd>(
        &self,
        lane: Lane,
        offset: usize,
        coefficients: &Coefficients<S>,
    ) -> (S::Vector, S::Vector) {
        let centred = S::sub(lane.load::<S, _>(self.x.add(offset)), coefficients.mean);
        let dy = lane.load::<S, _>(self.dy.add(offset));
        let dz = match self.mask {
            Mask::Open => dy,
            Mask::Normalised => {
                S::where_positive(dy, S::mul_add(centred, coefficients.factor, coefficients.bias))
            }
            Mask::Output { output, .. } => {
                S::where_positive(dy, lane.load::<S, _>(output.add(offset)))
            }
        };
        (dz, centred)
    }
}

struct Sum<'a, E> {
    masked: Masked<'a, E>,
    pixels: Range<usize>,
    sums: &'a mut Sums,
}

impl<E: Element> Kernel for Sum<'_, E> {
    #[inline(always)]
    unsafe fn run<S: Simd>(self) {
        let Self { masked, pixels, sums } = self;
        let channels = masked.channels;
        for chunk in channels::chunks(pixels, channels) {
            for lane in Lane::all::<S>(channels) {
                let coefficients = masked.coefficients::<S>(lane);
                let offset = chunk.start * channels + lane.channel;
                let gradient = [S::splat(0.0); 2];
                let mut products = Products { masked, lane, offset, coefficients, gradient };
                let product = fold::<S>(chunk.len(), &mut products);
                let gradient = S::add(products.gradient[0], products.gradient[1]);
                add_to::<S>(&mut sums.gradient, lane, gradient);
                add_to::<S>(&mut sums.product, lane, product);
            }
        }
    }
}

/// Products of masked gradient and centred input, and beside them the gradients alone.
struct Products<'a, S: Simd, E> {
    masked: Masked<'a, E>,
    lane: Lane,
    offset: usize,
    coefficients: Coefficients<S>,
    gradient: [S::Vector; 2],
}

impl<S: Simd, E: Element> Term<S> for Products<'_, S, E> {
    #[inline(always)]
    unsafe fn add(&mut self, sum: S::Vector, pixel: usize) -> S::Vector {
        let at = self.offset + pixel * self.masked.channels;
        let (dz, centred) = self.masked.at::<S>(self.lane, at, &self.coefficients);
        if let Mask::Output { masked, .. } = self.masked.mask {
            self.lane.store::<S, _>(masked.add(at), dz);
        }
        let gradient = &mut self.gradient[pixel % 2];
        *gradient = S::add(*gradient, dz);
        S::mul_add(dz, centred, sum)
    }
}

#[inline(always)]
pub(crate) unsafe fn add_to<S: Simd>(sums: &mut [f64], lane: Lane, value: S::Vector) {
    let mut lanes = [0.0f32; MAX_LANES];
    S::store(lanes.as_mut_ptr(), value);
    for i in 0..lane.count {
        sums[lane.channel + i] += f64::from(lanes[i]);
    }
}

struct Input<'a, E> {
    masked: Masked<'a, E>,
    slope: &'a Slope,
    to: *mut E,
    pixels: Range<usize>,
}

impl<E: Element> Kernel for Input<'_, E> {
    #[inline(always)]
    unsafe fn run<S: Simd>(self) {
        let Self { masked, slope, to, pixels } = self;
        let channels = masked.channels;
        for chunk in channels::chunks(pixels, channels) {
            for lane in Lane::all::<S>(channels) {
                let coefficients = masked.coefficients::<S>(lane);
                let offset = lane.load::<S, _>(slope.offset.as_ptr().add(lane.channel));
                let slope = lane.load::<S, _>(slope.slope.as_ptr().add(lane.channel));
                for pixel in chunk.clone() {
                    let at = pixel * channels + lane.channel;
                    let (dz, centred) = masked.at::<S>(lane, at, &coefficients);
                    let rest = S::mul_add(slope, centred, offset);
                    lane.store::<S, _>(to.add(at), S::mul_add(coefficients.factor, dz, rest));
                }
            }
        }
    }
}
