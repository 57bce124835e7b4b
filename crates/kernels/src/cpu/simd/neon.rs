//! 128-bit vectors of ARM.

#![expect(unsafe_code, unsafe_op_in_unsafe_fn, reason = "every function is one instruction")]

use core::arch::aarch64::*;

use super::level::Level;
use super::vector::{Kernel, Simd};

#[derive(Clone, Copy)]
pub(super) struct Neon;

/// # Safety
/// The kernel's pointers are valid.
#[target_feature(enable = "neon")]
pub(super) unsafe fn run<K: Kernel>(kernel: K) {
    kernel.run::<Neon>();
}

impl Simd for Neon {
    type Vector = float32x4_t;
    const LEVEL: Level = Level::Neon;
    const ROWS: usize = 12;

    #[inline(always)]
    unsafe fn splat(value: f32) -> float32x4_t {
        vdupq_n_f32(value)
    }

    #[inline(always)]
    unsafe fn load(from: *const f32) -> float32x4_t {
        vld1q_f32(from)
    }

    #[inline(always)]
    unsafe fn store(to: *mut f32, value: float32x4_t) {
        vst1q_f32(to, value);
    }

    #[inline(always)]
    unsafe fn load_first(from: *const f32, count: usize) -> float32x4_t {
        let mut lanes = [0.0; 4];
        core::ptr::copy_nonoverlapping(from, lanes.as_mut_ptr(), count);
        vld1q_f32(lanes.as_ptr())
    }

    #[inline(always)]
    unsafe fn store_first(to: *mut f32, value: float32x4_t, count: usize) {
        let mut lanes = [0.0; 4];
        vst1q_f32(lanes.as_mut_ptr(), value);
        core::ptr::copy_nonoverlapping(lanes.as_ptr(), to, count);
    }

    #[inline(always)]
    unsafe fn add(a: float32x4_t, b: float32x4_t) -> float32x4_t {
        vaddq_f32(a, b)
    }

    #[inline(always)]
    unsafe fn sub(a: float32x4_t, b: float32x4_t) -> float32x4_t {
        vsubq_f32(a, b)
    }

    #[inline(always)]
    unsafe fn mul(a: float32x4_t, b: float32x4_t) -> float32x4_t {
        vmulq_f32(a, b)
    }

    #[inline(always)]
    unsafe fn div(a: float32x4_t, b: float32x4_t) -> float32x4_t {
        vdivq_f32(a, b)
    }

    #[inline(always)]
    unsafe fn sqrt(a: float32x4_t) -> float32x4_t {
        vsqrtq_f32(a)
    }

    #[inline(always)]
    unsafe fn mul_add(a: float32x4_t, b: float32x4_t, c: float32x4_t) -> float32x4_t {
        vfmaq_f32(c, a, b)
    }

    #[inline(always)]
    unsafe fn relu(a: float32x4_t) -> float32x4_t {
        vmaxq_f32(a, vdupq_n_f32(0.0))
    }

    #[inline(always)]
    unsafe fn where_positive(value: float32x4_t, of: float32x4_t) -> float32x4_t {
        let drop = vcleq_f32(of, vdupq_n_f32(0.0));
        vreinterpretq_f32_u32(vbicq_u32(vreinterpretq_u32_f32(value), drop))
    }

    #[inline(always)]
    unsafe fn all_zero(a: Self::Vector) -> bool {
        vminvq_u32(vceqq_f32(a, vdupq_n_f32(0.0))) == u32::MAX
    }
}
