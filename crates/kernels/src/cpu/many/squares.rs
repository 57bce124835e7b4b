//! Sum of the squares of a tensor.

#![expect(unsafe_code, unsafe_op_in_unsafe_fn, reason = "innermost loops on raw pointers")]

use burn_flex::FlexTensor;

use super::{TASK_VALUES, values};
use crate::cpu::channels::Lane;
use crate::cpu::parallel;
use crate::cpu::simd::{Isa, Kernel, MAX_LANES, Simd, dispatch};

/// Values whose squares are added in float32, lane by lane, before they join a float64.
const CHUNK: usize = 4096;

/// In float64; the pieces and their order depend on nothing but the length.
pub(crate) fn sum(tensor: &FlexTensor) -> f64 {
    let tensor = tensor.to_contiguous();
    let values = values(&tensor);
    let isa = Isa::current();
    let parts = parallel::map(values.len().div_ceil(TASK_VALUES), |task| {
        let start = task * TASK_VALUES;
        let values = &values[start..values.len().min(start + TASK_VALUES)];
        let of_chunk = |values: &[f32]| {
            let mut lanes = [0.0; MAX_LANES];
            // SAFETY: there is room for every lane.
            unsafe { dispatch(isa, Squares { values, lanes: &mut lanes }) };
            lanes.iter().map(|&sum| f64::from(sum)).sum::<f64>()
        };
        values.chunks(CHUNK).map(of_chunk).sum::<f64>()
    });
    parts.into_iter().sum()
}

struct Squares<'a> {
    values: &'a [f32],
    /// Sums by lane, at first zero.
    lanes: &'a mut [f32; MAX_LANES],
}

impl Kernel for Squares<'_> {
    #[inline(always)]
    unsafe fn run<S: Simd>(self) {
        let Self { values, lanes } = self;
        let mut sum = S::splat(0.0);
        for lane in Lane::all::<S>(values.len()) {
            let value = lane.load::<S, _>(values.as_ptr().add(lane.channel));
            sum = S::mul_add(value, value, sum);
        }
        S::store(lanes.as_mut_ptr(), sum);
    }
}
