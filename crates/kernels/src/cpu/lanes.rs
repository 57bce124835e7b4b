//! Between rows of memory and lanes of vectors: weights and their gradients have one kernel after the
//! other, the register tiles one vector of kernels after the other.

#![expect(unsafe_code, reason = "innermost loops on raw pointers")]

use super::simd::{Rows, RowsMut, Simd};

/// Values of a cache line.
const LINE: usize = 16;

/// Rows of `columns` values to as many vectors, one row a lane, zeros in lanes that have none.
///
/// # Safety
/// There are no more rows than lanes; they are readable, and `to` is writable for the vectors.
#[inline(always)]
pub(crate) unsafe fn to_lanes<S: Simd>(from: Rows, [rows, columns]: [usize; 2], to: *mut f32) {
    // SAFETY: by the caller's promise.
    unsafe {
        if from.stride == 1 {
            return S::store(to, S::load_first(from.first, rows));
        }
        let mut column = 0;
        while column < columns {
            let count = (columns - column).min(S::LANES);
            let from = Rows { first: from.first.add(column), ..from };
            let to = RowsMut { first: to.add(column * S::LANES), stride: S::LANES };
            S::transpose(from, [rows, count], to, S::LANES);
            column += count;
        }
    }
}

/// Vectors to rows of as many values, one row a lane.
///
/// # Safety
/// There are no more rows than lanes; `from` is readable for `columns` vectors, and the rows are
/// writable.
#[inline(always)]
pub(crate) unsafe fn from_lanes<S: Simd>(
    from: *const f32,
    to: RowsMut,
    [rows, columns]: [usize; 2],
) {
    let mut column = 0;
    while column < columns {
        let count = (columns - column).min(S::LANES);
        // SAFETY: by the caller's promise.
        unsafe {
            let from = Rows { first: from.add(column * S::LANES), stride: S::LANES };
            let to = RowsMut { first: to.first.add(column), ..to };
            S::transpose(from, [count, rows], to, count);
        }
        column += count;
    }
}

/// Asks for a run of values that is too short to be foreseen by the processor.
///
/// # Safety
/// The processor has the instructions of `S`.
#[inline(always)]
pub(crate) unsafe fn prefetch<S: Simd>(from: *const f32, values: usize) {
    for line in 0..=values / LINE {
        // SAFETY: by the caller's promise.
        unsafe { S::prefetch(from.wrapping_add(line * LINE)) };
    }
}
