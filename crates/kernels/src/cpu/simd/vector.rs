//! Vectors of an instruction set, and work written once for all of them.

#![expect(unsafe_code, reason = "vector instructions are chosen at run time")]

use burn_std::bf16;

use super::level::{Level, MAX_LANES};

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

    /// Values of bfloat16, widened.
    #[inline(always)]
    unsafe fn load_half(from: *const bf16) -> Self::Vector {
        // SAFETY: by the caller's promise.
        unsafe { Self::load_half_first(from, Self::LANES) }
    }

    /// The first `count` lanes; the others are zero.
    #[inline(always)]
    unsafe fn load_half_first(from: *const bf16, count: usize) -> Self::Vector {
        let mut lanes = [0.0; MAX_LANES];
        for (index, lane) in lanes.iter_mut().enumerate().take(count) {
            // SAFETY: by the caller's promise.
            *lane = unsafe { *from.add(index) }.to_f32();
        }
        // SAFETY: there are at least as many lanes as in a vector.
        unsafe { Self::load(lanes.as_ptr()) }
    }

    /// Rounds to the nearest value of bfloat16, of two that are equally near to the even one; NaN stays NaN.
    #[inline(always)]
    unsafe fn store_half(to: *mut bf16, value: Self::Vector) {
        // SAFETY: by the caller's promise.
        unsafe { Self::store_half_first(to, value, Self::LANES) };
    }

    /// [`Simd::store_half`] of the first `count` lanes.
    #[inline(always)]
    unsafe fn store_half_first(to: *mut bf16, value: Self::Vector, count: usize) {
        let mut lanes = [0.0; MAX_LANES];
        // SAFETY: there are at least as many lanes as in a vector; `to` by the caller's promise.
        unsafe {
            Self::store(lanes.as_mut_ptr(), value);
            for (index, &lane) in lanes.iter().enumerate().take(count) {
                *to.add(index) = bf16::from_f32(lane);
            }
        }
    }

    /// Rounds the lanes of two vectors to bfloat16 and stores them in turn: pairs.
    #[inline(always)]
    unsafe fn store_pairs(to: *mut bf16, even: Self::Vector, odd: Self::Vector) {
        let mut lanes = [[0.0; MAX_LANES]; 2];
        // SAFETY: there are at least as many lanes as in a vector; `to` by the caller's promise.
        unsafe {
            Self::store(lanes[0].as_mut_ptr(), even);
            Self::store(lanes[1].as_mut_ptr(), odd);
            for index in 0..2 * Self::LANES {
                *to.add(index) = bf16::from_f32(lanes[index % 2][index / 2]);
            }
        }
    }

    /// Pairs of the first `count` values at two addresses, as bits of lanes; the others are zero.
    #[inline(always)]
    unsafe fn load_pairs(even: *const bf16, odd: *const bf16, count: usize) -> Self::Vector {
        let mut lanes = [0.0; MAX_LANES];
        for (index, lane) in lanes.iter_mut().enumerate().take(count) {
            // SAFETY: by the caller's promise.
            let [low, high] = unsafe { [*even.add(index), *odd.add(index)] };
            *lane = f32::from_bits(u32::from(low.to_bits()) | u32::from(high.to_bits()) << 16);
        }
        // SAFETY: there are at least as many lanes as in a vector.
        unsafe { Self::load(lanes.as_ptr()) }
    }

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
