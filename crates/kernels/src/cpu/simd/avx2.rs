//! 256-bit vectors of x86-64 with fused multiply-add.

#![expect(unsafe_code, unsafe_op_in_unsafe_fn, reason = "every function is one instruction")]

use core::arch::x86_64::*;

use super::{Kernel, Simd};

#[derive(Clone, Copy)]
pub(super) struct Avx2;

/// # Safety
/// The processor has AVX2 and FMA; the kernel's pointers are valid.
#[target_feature(enable = "avx2,fma")]
pub(super) unsafe fn run<K: Kernel>(kernel: K) {
    kernel.run::<Avx2>();
}

/// Lane masks by sliding over eight ones and eight zeros.
static MASKS: [i32; 16] = [-1, -1, -1, -1, -1, -1, -1, -1, 0, 0, 0, 0, 0, 0, 0, 0];

#[inline(always)]
unsafe fn first(count: usize) -> __m256i {
    _mm256_loadu_si256(MASKS.as_ptr().add(8 - count).cast())
}

impl Simd for Avx2 {
    type Vector = __m256;
    const LANES: usize = 8;
    const ROWS: usize = 6;

    #[inline(always)]
    unsafe fn splat(value: f32) -> __m256 {
        _mm256_set1_ps(value)
    }

    #[inline(always)]
    unsafe fn load(from: *const f32) -> __m256 {
        _mm256_loadu_ps(from)
    }

    #[inline(always)]
    unsafe fn store(to: *mut f32, value: __m256) {
        _mm256_storeu_ps(to, value);
    }

    #[inline(always)]
    unsafe fn load_first(from: *const f32, count: usize) -> __m256 {
        _mm256_maskload_ps(from, first(count))
    }

    #[inline(always)]
    unsafe fn store_first(to: *mut f32, value: __m256, count: usize) {
        _mm256_maskstore_ps(to, first(count), value);
    }

    #[inline(always)]
    unsafe fn add(a: __m256, b: __m256) -> __m256 {
        _mm256_add_ps(a, b)
    }

    #[inline(always)]
    unsafe fn sub(a: __m256, b: __m256) -> __m256 {
        _mm256_sub_ps(a, b)
    }

    #[inline(always)]
    unsafe fn mul(a: __m256, b: __m256) -> __m256 {
        _mm256_mul_ps(a, b)
    }

    #[inline(always)]
    unsafe fn div(a: __m256, b: __m256) -> __m256 {
        _mm256_div_ps(a, b)
    }

    #[inline(always)]
    unsafe fn sqrt(a: __m256) -> __m256 {
        _mm256_sqrt_ps(a)
    }

    #[inline(always)]
    unsafe fn mul_add(a: __m256, b: __m256, c: __m256) -> __m256 {
        _mm256_fmadd_ps(a, b, c)
    }

    #[inline(always)]
    unsafe fn relu(a: __m256) -> __m256 {
        // The second operand is the result if either is NaN.
        _mm256_max_ps(_mm256_setzero_ps(), a)
    }

    #[inline(always)]
    unsafe fn where_positive(value: __m256, of: __m256) -> __m256 {
        _mm256_and_ps(value, _mm256_cmp_ps::<_CMP_NLE_UQ>(of, _mm256_setzero_ps()))
    }

    #[inline(always)]
    unsafe fn all_zero(a: Self::Vector) -> bool {
        _mm256_movemask_ps(_mm256_cmp_ps::<_CMP_EQ_OQ>(a, _mm256_setzero_ps())) == 0xff
    }
}
