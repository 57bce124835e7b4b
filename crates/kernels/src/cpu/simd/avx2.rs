//! 256-bit vectors of x86-64 with fused multiply-add.

#![expect(unsafe_code, unsafe_op_in_unsafe_fn, reason = "every function is one instruction")]

use core::arch::x86_64::*;

use burn_std::bf16;

use super::level::Level;
use super::vector::{Kernel, Rows, RowsMut, Simd};

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

/// Upper halves of 32-bit lanes, rounded to the nearest, ties to even; NaN stays NaN.
#[inline(always)]
unsafe fn round(value: __m256) -> __m128i {
    let bits = _mm256_castps_si256(value);
    let even = _mm256_and_si256(_mm256_srli_epi32::<16>(bits), _mm256_set1_epi32(1));
    let rounded = _mm256_add_epi32(bits, _mm256_add_epi32(even, _mm256_set1_epi32(0x7fff)));
    let quiet = _mm256_or_si256(bits, _mm256_set1_epi32(0x0040_0000));
    let nan = _mm256_castps_si256(_mm256_cmp_ps::<_CMP_UNORD_Q>(value, value));
    let upper = _mm256_srli_epi32::<16>(_mm256_blendv_epi8(rounded, quiet, nan));
    let packed = _mm256_packus_epi32(upper, upper);
    _mm256_castsi256_si128(_mm256_permute4x64_epi64::<0b1000>(packed))
}

impl Simd for Avx2 {
    type Vector = __m256;
    const LEVEL: Level = Level::Avx2;
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

    #[inline(always)]
    unsafe fn prefetch(from: *const f32) {
        _mm_prefetch::<_MM_HINT_T0>(from.cast());
    }

    #[inline(always)]
    unsafe fn transpose(from: Rows, [rows, columns]: [usize; 2], to: RowsMut, width: usize) {
        let mut x = [_mm256_setzero_ps(); 8];
        // Constant bounds, so that the values stay in registers.
        for (row, x) in x.iter_mut().enumerate() {
            if row < rows {
                *x = Self::load_first(from.row(row), columns);
            }
        }
        // 4x4 blocks, then blocks as units.
        let mut blocks = x;
        for g in [0, 4] {
            let low = [0, 2].map(|i| _mm256_castps_pd(_mm256_unpacklo_ps(x[g + i], x[g + i + 1])));
            let high = [0, 2].map(|i| _mm256_castps_pd(_mm256_unpackhi_ps(x[g + i], x[g + i + 1])));
            blocks[g] = _mm256_castpd_ps(_mm256_unpacklo_pd(low[0], low[1]));
            blocks[g + 1] = _mm256_castpd_ps(_mm256_unpackhi_pd(low[0], low[1]));
            blocks[g + 2] = _mm256_castpd_ps(_mm256_unpacklo_pd(high[0], high[1]));
            blocks[g + 3] = _mm256_castpd_ps(_mm256_unpackhi_pd(high[0], high[1]));
        }
        for j in 0..4 {
            x[j] = _mm256_permute2f128_ps::<0x20>(blocks[j], blocks[4 + j]);
            x[4 + j] = _mm256_permute2f128_ps::<0x31>(blocks[j], blocks[4 + j]);
        }
        for (column, x) in x.into_iter().enumerate() {
            if column < columns {
                Self::store_first(to.row(column), x, width);
            }
        }
    }

    #[inline(always)]
    unsafe fn load_half(from: *const bf16) -> __m256 {
        let bits = _mm256_cvtepu16_epi32(_mm_loadu_si128(from.cast()));
        _mm256_castsi256_ps(_mm256_slli_epi32::<16>(bits))
    }

    #[inline(always)]
    unsafe fn store_half(to: *mut bf16, value: __m256) {
        _mm_storeu_si128(to.cast(), round(value));
    }
}
