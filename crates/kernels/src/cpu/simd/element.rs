//! Number formats of features in memory; arithmetic is in float32 whatever the format.

#![expect(unsafe_code, unsafe_op_in_unsafe_fn, reason = "innermost loads and stores")]

use burn_backend::DType;
use burn_std::bf16;

use super::dispatch::{dispatch, dispatch_half};
use super::level::Isa;
use super::vector::{Kernel, Simd};

/// A number format of features.
pub(crate) trait Element:
    bytemuck::Pod + burn_backend::Element + Default + Send + Sync
{
    const DTYPE: DType;

    /// Values as float32.
    ///
    /// # Safety
    /// As for [`Simd::load`].
    unsafe fn load<S: Simd>(from: *const Self) -> S::Vector;

    /// # Safety
    /// As for [`Simd::load_first`].
    unsafe fn load_first<S: Simd>(from: *const Self, count: usize) -> S::Vector;

    /// Rounds to the format.
    ///
    /// # Safety
    /// As for [`Simd::store`].
    unsafe fn store<S: Simd>(to: *mut Self, value: S::Vector);

    /// # Safety
    /// As for [`Simd::store_first`].
    unsafe fn store_first<S: Simd>(to: *mut Self, value: S::Vector, count: usize);

    /// Runs a kernel on values of this format.
    ///
    /// # Safety
    /// As for [`dispatch`].
    unsafe fn dispatch<K: Kernel>(isa: Isa, kernel: K);
}

impl Element for f32 {
    const DTYPE: DType = DType::F32;

    #[inline(always)]
    unsafe fn load<S: Simd>(from: *const Self) -> S::Vector {
        S::load(from)
    }

    #[inline(always)]
    unsafe fn load_first<S: Simd>(from: *const Self, count: usize) -> S::Vector {
        S::load_first(from, count)
    }

    #[inline(always)]
    unsafe fn store<S: Simd>(to: *mut Self, value: S::Vector) {
        S::store(to, value);
    }

    #[inline(always)]
    unsafe fn store_first<S: Simd>(to: *mut Self, value: S::Vector, count: usize) {
        S::store_first(to, value, count);
    }

    unsafe fn dispatch<K: Kernel>(isa: Isa, kernel: K) {
        dispatch(isa, kernel);
    }
}

impl Element for bf16 {
    const DTYPE: DType = DType::BF16;

    #[inline(always)]
    unsafe fn load<S: Simd>(from: *const Self) -> S::Vector {
        S::load_half(from)
    }

    #[inline(always)]
    unsafe fn load_first<S: Simd>(from: *const Self, count: usize) -> S::Vector {
        S::load_half_first(from, count)
    }

    #[inline(always)]
    unsafe fn store<S: Simd>(to: *mut Self, value: S::Vector) {
        S::store_half(to, value);
    }

    #[inline(always)]
    unsafe fn store_first<S: Simd>(to: *mut Self, value: S::Vector, count: usize) {
        S::store_half_first(to, value, count);
    }

    unsafe fn dispatch<K: Kernel>(isa: Isa, kernel: K) {
        dispatch_half(isa, kernel);
    }
}
