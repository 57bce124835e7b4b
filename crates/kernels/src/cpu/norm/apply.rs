//! Normalisation fused with residual and activation, forward.

#![expect(unsafe_code, unsafe_op_in_unsafe_fn, reason = "innermost loops on raw pointers")]

use std::ops::Range;

use crate::cpu::channels::{self, Lane};
use crate::cpu::epilogue::Epilogue;
use crate::cpu::maps::{Maps, Place};
use crate::cpu::parallel::{self, Shared};
use crate::cpu::simd::{Element, Isa, Kernel, Simd};
use crate::types::Activation;

/// `(x - mean) · factor + bias`, each `[channels]`.
#[derive(Debug, Clone)]
pub(crate) struct Scale {
    pub mean: Vec<f32>,
    pub factor: Vec<f32>,
    pub bias: Vec<f32>,
}

impl Scale {
    /// `factor = weight / sqrt(variance + epsilon)`, computed in float64.
    pub fn new(mean: &[f32], variance: &[f32], weight: &[f32], bias: &[f32], epsilon: f64) -> Self {
        let factor = variance.iter().zip(weight).map(|(&variance, &weight)| {
            (f64::from(weight) / (f64::from(variance) + epsilon).sqrt()) as f32
        });
        Self { mean: mean.to_vec(), factor: factor.collect(), bias: bias.to_vec() }
    }
}

/// `activation(scale(x) + residual)`; in place if nobody else holds `x`.
pub(crate) fn apply<E: Element>(
    x: Maps<E>,
    scale: &Scale,
    residual: Option<&Maps<E>>,
    activation: Activation,
) -> Maps<E> {
    let extent = x.extent;
    let mut place = Place::of(x);
    let (from, to) = place.pointers();
    let residual = residual.map_or(std::ptr::null(), Maps::as_ptr);
    let epilogue = Epilogue { residual, activation, ..Epilogue::NONE };
    let pieces = channels::pieces(&extent);
    let shared = Shared((from, to));
    let isa = Isa::current();
    parallel::run(pieces, |index| {
        let (from, to) = shared.get();
        let pixels = channels::piece(&extent, pieces, index);
        let channels = extent.channels;
        // SAFETY: the pixels exist in all maps, and tasks write disjoint ones.
        unsafe { E::dispatch(isa, Apply { from, to, scale, channels, pixels, epilogue }) };
    });
    place.result
}

struct Apply<'a, E> {
    from: *const E,
    to: *mut E,
    scale: &'a Scale,
    channels: usize,
    pixels: Range<usize>,
    epilogue: Epilogue<E>,
}

impl<E: Element> Kernel for Apply<'_, E> {
    #[inline(always)]
    unsafe fn run<S: Simd>(self) {
        let Self { from, to, scale, channels, pixels, epilogue } = self;
        for chunk in channels::chunks(pixels, channels) {
            for lane in Lane::all::<S>(channels) {
                let mean = lane.load::<S, _>(scale.mean.as_ptr().add(lane.channel));
                let factor = lane.load::<S, _>(scale.factor.as_ptr().add(lane.channel));
                let bias = lane.load::<S, _>(scale.bias.as_ptr().add(lane.channel));
                for pixel in chunk.clone() {
                    let offset = pixel * channels + lane.channel;
                    let centred = S::sub(lane.load::<S, _>(from.add(offset)), mean);
                    let value = S::mul_add(centred, factor, bias);
                    epilogue.store::<S>(to, offset, lane.channel, lane.count, value);
                }
            }
        }
    }
}
