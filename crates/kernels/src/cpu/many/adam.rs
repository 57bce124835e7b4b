//! A step of Adam in one pass over memory.

#![expect(unsafe_code, unsafe_op_in_unsafe_fn, reason = "innermost loops on raw pointers")]

use std::ops::Range;

use burn_flex::FlexTensor;

use super::{Slot, TASK_VALUES, values};
use crate::cpu::channels::Lane;
use crate::cpu::parallel::{self, Shared};
use crate::cpu::simd::{Isa, Kernel, Simd, dispatch};
use crate::types::AdamStep;

/// New parameter, mean and mean of squares; in place where nobody else holds the old ones.
pub(crate) fn step(
    parameter: [FlexTensor; 3],
    gradient: &FlexTensor,
    step: AdamStep,
) -> [FlexTensor; 3] {
    let gradient = gradient.to_contiguous();
    let from = values(&gradient);
    let len = from.len();
    let mut slots = parameter.map(Slot::of);
    let pointers = slots.each_mut().map(Slot::pointers);
    let coefficients = Coefficients::new(step);
    let shared = Shared((pointers, from.as_ptr()));
    let isa = Isa::current();
    parallel::ranges(len, len / TASK_VALUES + 1, TASK_VALUES, |range| {
        let (pointers, gradient) = shared.get();
        // SAFETY: all tensors have `len` values; ranges are disjoint.
        unsafe { dispatch(isa, Step { pointers, gradient, range, coefficients }) };
    });
    slots.map(|slot| slot.result)
}

#[derive(Clone, Copy)]
struct Coefficients {
    keep: [f32; 2],
    take: [f32; 2],
    /// Inverse root of the second correction.
    root: f32,
    epsilon: f32,
    /// Learning rate over the first correction, negative.
    rate: f32,
    /// Factor of the parameter.
    weight: f32,
}

impl Coefficients {
    fn new(step: AdamStep) -> Self {
        let betas = [step.beta_1, step.beta_2];
        let [first, second] = step.corrections();
        Self {
            keep: betas.map(|beta| beta as f32),
            take: betas.map(|beta| (1.0 - beta) as f32),
            root: second.sqrt().recip() as f32,
            epsilon: step.epsilon as f32,
            rate: -(step.learning_rate / first) as f32,
            weight: step.keep as f32,
        }
    }
}

struct Step {
    /// Parameter, mean, mean of squares.
    pointers: [(*const f32, *mut f32); 3],
    gradient: *const f32,
    range: Range<usize>,
    coefficients: Coefficients,
}

impl Kernel for Step {
    #[inline(always)]
    unsafe fn run<S: Simd>(self) {
        let Self { pointers: [weight, mean, square], gradient, range, coefficients } = self;
        let Coefficients { keep, take, root, epsilon, rate, weight: kept } = coefficients;
        for lane in Lane::all::<S>(range.len()) {
            let at = range.start + lane.channel;
            let g = lane.load::<S, _>(gradient.add(at));
            let m = S::mul(S::splat(take[0]), g);
            let m = S::mul_add(S::splat(keep[0]), lane.load::<S, _>(mean.0.add(at)), m);
            let v = S::mul(S::splat(take[1]), S::mul(g, g));
            let v = S::mul_add(S::splat(keep[1]), lane.load::<S, _>(square.0.add(at)), v);
            let scale = S::mul_add(S::sqrt(v), S::splat(root), S::splat(epsilon));
            let change = S::div(m, scale);
            let w = S::mul(S::splat(kept), lane.load::<S, _>(weight.0.add(at)));
            let w = S::mul_add(S::splat(rate), change, w);
            lane.store::<S, _>(mean.1.add(at), m);
            lane.store::<S, _>(square.1.add(at), v);
            lane.store::<S, _>(weight.1.add(at), w);
        }
    }
}
