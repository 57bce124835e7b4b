//! 512-bit vectors of x86-64.

#![expect(unsafe_code, unsafe_op_in_unsafe_fn, reason = "every function is one instruction")]

use core::arch::x86_64::*;

use super::{Kernel, Simd};

#[derive(Clone, Copy)]
pub(super) struct Avx512;

/// # Safety
/// The processor has AVX-512 F; the kernel's pointers are valid.
#[target_feature(enable = "avx512f,avx512vl,avx2,fma")]
pub(super) unsafe fn run<K: Kernel>(kernel: K) {
    kernel.run::<Avx512>();
}

fn first(count: usize) -> __mmask16 {
    ((1u32 << count) - 1) as __mmask16
}

impl Simd for Avx512 {
    type Vector = __m512;
    const LANES: usize = 16;
    const ROWS: usize = 12;

    #[inline(always)]
    unsafe fn splat(value: f32) -> __m512 {
        _mm512_set1_ps(value)
    }

    #[inline(always)]
    unsafe fn load(from: *const f32) -> __m512 {
        _mm512_loadu_ps(from)
    }

    #[inline(always)]
    unsafe fn store(to: *mut f32, value: __m512) {
        _mm512_storeu_ps(to, value);
    }

    #[inline(always)]
    unsafe fn load_first(from: *const f32, count: usize) -> __m512 {
        _mm512_maskz_loadu_ps(first(count), from)
    }

    #[inline(always)]
    unsafe fn store_first(to: *mut f32, value: __m512, count: usize) {
        _mm512_mask_storeu_ps(to, first(count), value);
    }

    #[inline(always)]
    unsafe fn add(a: __m512, b: __m512) -> __m512 {
        _mm512_add_ps(a, b)
    }

    #[inline(always)]
    unsafe fn sub(a: __m512, b: __m512) -> __m512 {
        _mm512_sub_ps(a, b)
    }

    #[inline(always)]
    unsafe fn mul(a: __m512, b: __m512) -> __m512 {
        _mm512_mul_ps(a, b)
    }

    #[inline(always)]
    unsafe fn div(a: __m512, b: __m512) -> __m512 {
        _mm512_div_ps(a, b)
    }

    #[inline(always)]
    unsafe fn sqrt(a: __m512) -> __m512 {
        _mm512_sqrt_ps(a)
    }

    #[inline(always)]
    unsafe fn mul_add(a: __m512, b: __m512, c: __m512) -> __m512 {
        _mm512_fmadd_ps(a, b, c)
    }

    #[inline(always)]
    unsafe fn relu(a: __m512) -> __m512 {
        // The second operand is the result if either is NaN.
        _mm512_max_ps(_mm512_setzero_ps(), a)
    }

    #[inline(always)]
    unsafe fn where_positive(value: __m512, of: __m512) -> __m512 {
        let keep = _mm512_cmp_ps_mask::<_CMP_NLE_UQ>(of, _mm512_setzero_ps());
        _mm512_maskz_mov_ps(keep, value)
    }

    #[inline(always)]
    unsafe fn all_zero(a: Self::Vector) -> bool {
        _mm512_cmp_ps_mask::<_CMP_EQ_OQ>(a, _mm512_setzero_ps()) == u16::MAX
    }
}
