//! Moving averages of tensors, and tensors times a factor.

#![expect(unsafe_code, unsafe_op_in_unsafe_fn, reason = "innermost loops on raw pointers")]

use std::ops::Range;

use burn_backend::TensorMetadata;
use burn_flex::FlexTensor;

use super::{Slot, TASK_VALUES, values};
use crate::cpu::channels::Lane;
use crate::cpu::parallel::{self, Shared};
use crate::cpu::simd::{Isa, Kernel, Simd, dispatch};

/// `keep · average + (1 - keep) · value`.
pub(crate) fn average(average: FlexTensor, value: &FlexTensor, keep: f64) -> FlexTensor {
    let value = value.to_contiguous();
    sum(average, Some(values(&value)), [keep as f32, (1.0 - keep) as f32])
}

/// `factor · tensor`.
pub(crate) fn scale(tensor: FlexTensor, factor: f32) -> FlexTensor {
    sum(tensor, None, [factor, 0.0])
}

/// Weighted sum of a tensor and of as many other values.
fn sum(tensor: FlexTensor, other: Option<&[f32]>, factors: [f32; 2]) -> FlexTensor {
    let len = tensor.shape().num_elements();
    let mut slot = Slot::of(tensor);
    let shared = Shared((slot.pointers(), other.map(<[f32]>::as_ptr)));
    let isa = Isa::current();
    parallel::ranges(len, len / TASK_VALUES + 1, TASK_VALUES, |range| {
        let (pointers, other) = shared.get();
        // SAFETY: all tensors have `len` values; ranges are disjoint.
        unsafe { dispatch(isa, Sum { pointers, other, factors, range }) };
    });
    slot.result
}

struct Sum {
    /// Where to read and where to write.
    pointers: (*const f32, *mut f32),
    other: Option<*const f32>,
    factors: [f32; 2],
    range: Range<usize>,
}

impl Kernel for Sum {
    #[inline(always)]
    unsafe fn run<S: Simd>(self) {
        let Self { pointers: (from, to), other, factors, range } = self;
        for lane in Lane::all::<S>(range.len()) {
            let at = range.start + lane.channel;
            let mut value = S::mul(S::splat(factors[0]), lane.load::<S, _>(from.add(at)));
            if let Some(other) = other {
                value = S::mul_add(S::splat(factors[1]), lane.load::<S, _>(other.add(at)), value);
            }
            lane.store::<S, _>(to.add(at), value);
        }
    }
}
