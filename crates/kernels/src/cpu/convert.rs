//! Maps in another number format.

#![expect(unsafe_code, unsafe_op_in_unsafe_fn, reason = "innermost loops on raw pointers")]

use std::ops::Range;

use super::channels::Lane;
use super::maps::Maps;
use super::parallel::{self, Shared};
use super::simd::{Element, Isa, Kernel, Simd, dispatch_half};

/// Values that a task handles at least.
const TASK_VALUES: usize = 64 * 1024;

/// The maps in another number format, of which one is bfloat16.
pub(crate) fn convert<E: Element, T: Element>(maps: &Maps<E>) -> Maps<T> {
    let mut result = Maps::new(maps.extent);
    let len = maps.extent.len();
    let shared = Shared((maps.as_ptr(), result.as_mut_slice().as_mut_ptr()));
    let isa = Isa::current();
    parallel::ranges(len, len / TASK_VALUES + 1, TASK_VALUES, |range| {
        let (from, to) = shared.get();
        // SAFETY: both maps have these values; ranges are disjoint.
        unsafe { dispatch_half(isa, Convert { from, to, range }) };
    });
    result
}

struct Convert<E, T> {
    from: *const E,
    to: *mut T,
    range: Range<usize>,
}

impl<E: Element, T: Element> Kernel for Convert<E, T> {
    #[inline(always)]
    unsafe fn run<S: Simd>(self) {
        let Self { from, to, range } = self;
        let (from, to) = (from.add(range.start), to.add(range.start));
        for lane in Lane::all::<S>(range.len()) {
            let value = lane.load::<S, _>(from.add(lane.channel));
            lane.store::<S, _>(to.add(lane.channel), value);
        }
    }
}
