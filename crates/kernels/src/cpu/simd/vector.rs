//! Vectors of an instruction set, and work written once for all of them.

#![expect(unsafe_code, reason = "vector instructions are chosen at run time")]

use super::level::Level;

/// Operations on vectors of `f32`.
///
/// # Safety
/// Every function requires that the processor has the instruction set, and that pointers are valid
/// for the lanes read or written; they need no alignment.
pub(crate) trait Simd: Copy {
    type Vector: Copy;
    /// The instruction set.
    const LEVEL: Level;
    /// Values in a vector.
    const LANES: usize = Self::LEVEL.lanes();
    /// Rows of the register tile of a matrix product that is two vectors wide.
    const ROWS: usize;

    unsafe fn splat(value: f32) -> Self::Vector;
    unsafe fn load(from: *const f32) -> Self::Vector;
    unsafe fn store(to: *mut f32, value: Self::Vector);
    /// The first `count` lanes; the others are zero.
    unsafe fn load_first(from: *const f32, count: usize) -> Self::Vector;
    unsafe fn store_first(to: *mut f32, value: Self::Vector, count: usize);
    unsafe fn add(a: Self::Vector, b: Self::Vector) -> Self::Vector;
    unsafe fn sub(a: Self::Vector, b: Self::Vector) -> Self::Vector;
    unsafe fn mul(a: Self::Vector, b: Self::Vector) -> Self::Vector;
    unsafe fn div(a: Self::Vector, b: Self::Vector) -> Self::Vector;
    unsafe fn sqrt(a: Self::Vector) -> Self::Vector;
    /// `a · b + c`.
    unsafe fn mul_add(a: Self::Vector, b: Self::Vector, c: Self::Vector) -> Self::Vector;
    /// `max(a, 0)`; NaN stays NaN.
    unsafe fn relu(a: Self::Vector) -> Self::Vector;
    /// `value` where `of` is positive or NaN, otherwise zero: the gradient of [`Simd::relu`].
    unsafe fn where_positive(value: Self::Vector, of: Self::Vector) -> Self::Vector;
    /// Whether every lane is zero of either sign; NaN is not.
    unsafe fn all_zero(a: Self::Vector) -> bool;

    /// Says that the values at an address will be read soon; the address may be anything.
    #[inline(always)]
    unsafe fn prefetch(_from: *const f32) {}

    /// Makes columns rows: reads `rows` rows of `columns` values and writes `columns` rows of `width`
    /// values, zeros where there was no row. No number is more than [`Simd::LANES`].
    #[inline(always)]
    unsafe fn transpose(from: Rows, [rows, columns]: [usize; 2], to: RowsMut, width: usize) {
        for column in 0..columns {
            for lane in 0..width {
                // SAFETY: by the caller's promise.
                unsafe {
                    let value = if lane < rows { *from.row(lane).add(column) } else { 0.0 };
                    *to.row(column).add(lane) = value;
                }
            }
        }
    }
}

/// Rows of values in memory.
#[derive(Clone, Copy)]
pub(crate) struct Rows {
    pub first: *const f32,
    /// Values from the start of one row to that of the next.
    pub stride: usize,
}

impl Rows {
    #[inline(always)]
    pub fn row(self, index: usize) -> *const f32 {
        self.first.wrapping_add(index * self.stride)
    }
}

/// Rows of values in writable memory.
#[derive(Clone, Copy)]
pub(crate) struct RowsMut {
    pub first: *mut f32,
    /// Values from the start of one row to that of the next.
    pub stride: usize,
}

impl RowsMut {
    #[inline(always)]
    pub fn row(self, index: usize) -> *mut f32 {
        self.first.wrapping_add(index * self.stride)
    }
}

/// Work written once for every instruction set.
pub(crate) trait Kernel {
    /// Runs with the instructions of `S`; implementations are `#[inline(always)]`.
    ///
    /// # Safety
    /// The processor must have the instructions of `S`, and the kernel's pointers must be valid.
    unsafe fn run<S: Simd>(self);
}
