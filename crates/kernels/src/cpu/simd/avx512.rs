//! 512-bit vectors of x86-64.

#![expect(unsafe_code, unsafe_op_in_unsafe_fn, reason = "every function is one instruction")]

use core::arch::x86_64::*;

use burn_std::bf16;

use super::level::Level;
use super::vector::{Kernel, Rows, RowsMut, Simd};

/// With instructions for bfloat16 where `HALF` says so.
#[derive(Clone, Copy)]
pub(super) struct Avx512<const HALF: bool>;

/// # Safety
/// The processor has AVX-512 F, BW and VL; the kernel's pointers are valid.
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx2,fma")]
pub(super) unsafe fn run<K: Kernel>(kernel: K) {
    kernel.run::<Avx512<false>>();
}

/// # Safety
/// The processor has AVX-512 F, BW, VL and BF16; the kernel's pointers are valid.
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512bf16,avx2,fma")]
pub(super) unsafe fn run_half<K: Kernel>(kernel: K) {
    kernel.run::<Avx512<true>>();
}

/// Upper halves of 32-bit lanes, rounded to the nearest, ties to even; NaN stays NaN.
#[inline(always)]
unsafe fn round<const HALF: bool>(value: __m512) -> __m256i {
    if HALF {
        return core::mem::transmute::<__m256bh, __m256i>(_mm512_cvtneps_pbh(value));
    }
    let bits = _mm512_castps_si512(value);
    let even = _mm512_and_si512(_mm512_srli_epi32::<16>(bits), _mm512_set1_epi32(1));
    let rounded = _mm512_add_epi32(bits, _mm512_add_epi32(even, _mm512_set1_epi32(0x7fff)));
    let nan = _mm512_cmp_ps_mask::<_CMP_UNORD_Q>(value, value);
    let quiet = _mm512_mask_or_epi32(rounded, nan, bits, _mm512_set1_epi32(0x0040_0000));
    _mm512_cvtepi32_epi16(_mm512_srli_epi32::<16>(quiet))
}

#[inline(always)]
unsafe fn widen(halves: __m256i) -> __m512 {
    _mm512_castsi512_ps(_mm512_slli_epi32::<16>(_mm512_cvtepu16_epi32(halves)))
}

fn first(count: usize) -> __mmask16 {
    ((1u32 << count) - 1) as __mmask16
}

impl<const HALF: bool> Simd for Avx512<HALF> {
    type Vector = __m512;
    const LEVEL: Level = Level::Avx512;
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

    #[inline(always)]
    unsafe fn prefetch(from: *const f32) {
        _mm_prefetch::<_MM_HINT_T0>(from.cast());
    }

    #[inline(always)]
    unsafe fn transpose(from: Rows, [rows, columns]: [usize; 2], to: RowsMut, width: usize) {
        let mut x = [_mm512_setzero_ps(); 16];
        // Constant bounds, so that the values stay in registers.
        for (row, x) in x.iter_mut().enumerate() {
            if row < rows {
                *x = Self::load_first(from.row(row), columns);
            }
        }
        // 4x4 blocks, then blocks as units.
        let mut blocks = x;
        for g in [0, 4, 8, 12] {
            let low = [0, 2].map(|i| _mm512_castps_pd(_mm512_unpacklo_ps(x[g + i], x[g + i + 1])));
            let high = [0, 2].map(|i| _mm512_castps_pd(_mm512_unpackhi_ps(x[g + i], x[g + i + 1])));
            blocks[g] = _mm512_castpd_ps(_mm512_unpacklo_pd(low[0], low[1]));
            blocks[g + 1] = _mm512_castpd_ps(_mm512_unpackhi_pd(low[0], low[1]));
            blocks[g + 2] = _mm512_castpd_ps(_mm512_unpacklo_pd(high[0], high[1]));
            blocks[g + 3] = _mm512_castpd_ps(_mm512_unpackhi_pd(high[0], high[1]));
        }
        for j in 0..4 {
            let even =
                [0, 8].map(|g| _mm512_shuffle_f32x4::<0x88>(blocks[g + j], blocks[g + 4 + j]));
            let odd =
                [0, 8].map(|g| _mm512_shuffle_f32x4::<0xdd>(blocks[g + j], blocks[g + 4 + j]));
            x[j] = _mm512_shuffle_f32x4::<0x88>(even[0], even[1]);
            x[4 + j] = _mm512_shuffle_f32x4::<0x88>(odd[0], odd[1]);
            x[8 + j] = _mm512_shuffle_f32x4::<0xdd>(even[0], even[1]);
            x[12 + j] = _mm512_shuffle_f32x4::<0xdd>(odd[0], odd[1]);
        }
        for (column, x) in x.into_iter().enumerate() {
            if column < columns {
                Self::store_first(to.row(column), x, width);
            }
        }
    }

    #[inline(always)]
    unsafe fn load_half(from: *const bf16) -> __m512 {
        widen(_mm256_loadu_si256(from.cast()))
    }

    #[inline(always)]
    unsafe fn load_half_first(from: *const bf16, count: usize) -> __m512 {
        widen(_mm256_maskz_loadu_epi16(first(count), from.cast()))
    }

    #[inline(always)]
    unsafe fn store_half(to: *mut bf16, value: __m512) {
        _mm256_storeu_si256(to.cast(), round::<HALF>(value));
    }

    #[inline(always)]
    unsafe fn store_half_first(to: *mut bf16, value: __m512, count: usize) {
        _mm256_mask_storeu_epi16(to.cast(), first(count), round::<HALF>(value));
    }

    #[inline(always)]
    unsafe fn store_pairs(to: *mut bf16, even: __m512, odd: __m512) {
        let [even, odd] = [even, odd].map(|value| _mm512_cvtepu16_epi32(round::<HALF>(value)));
        _mm512_storeu_si512(to.cast(), _mm512_or_si512(even, _mm512_slli_epi32::<16>(odd)));
    }

    #[inline(always)]
    unsafe fn load_pairs(even: *const bf16, odd: *const bf16, count: usize) -> __m512 {
        let keep = first(count);
        let even = _mm512_cvtepu16_epi32(_mm256_maskz_loadu_epi16(keep, even.cast()));
        let odd = _mm512_cvtepu16_epi32(_mm256_maskz_loadu_epi16(keep, odd.cast()));
        _mm512_castsi512_ps(_mm512_or_si512(even, _mm512_slli_epi32::<16>(odd)))
    }
}
