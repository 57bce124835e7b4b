//! Plain arithmetic: the reference of all other instruction sets.

#![expect(unsafe_code, unsafe_op_in_unsafe_fn, reason = "the trait works on pointers")]

use super::level::Level;
use super::vector::Simd;

const LANES: usize = Level::Portable.lanes();

#[derive(Clone, Copy)]
pub(crate) struct Portable;

#[inline(always)]
fn map(a: [f32; LANES], b: [f32; LANES], f: impl Fn(f32, f32) -> f32) -> [f32; LANES] {
    core::array::from_fn(|lane| f(a[lane], b[lane]))
}

impl Simd for Portable {
    type Vector = [f32; LANES];
    const LEVEL: Level = Level::Portable;
    const ROWS: usize = 4;

    #[inline(always)]
    unsafe fn splat(value: f32) -> Self::Vector {
        [value; LANES]
    }

    #[inline(always)]
    unsafe fn load(from: *const f32) -> Self::Vector {
        from.cast::<Self::Vector>().read_unaligned()
    }

    #[inline(always)]
    unsafe fn store(to: *mut f32, value: Self::Vector) {
        to.cast::<Self::Vector>().write_unaligned(value);
    }

    #[inline(always)]
    unsafe fn load_first(from: *const f32, count: usize) -> Self::Vector {
        let mut lanes = [0.0; LANES];
        core::ptr::copy_nonoverlapping(from, lanes.as_mut_ptr(), count);
        lanes
    }

    #[inline(always)]
    unsafe fn store_first(to: *mut f32, value: Self::Vector, count: usize) {
        core::ptr::copy_nonoverlapping(value.as_ptr(), to, count);
    }

    #[inline(always)]
    unsafe fn add(a: Self::Vector, b: Self::Vector) -> Self::Vector {
        map(a, b, |a, b| a + b)
    }

    #[inline(always)]
    unsafe fn sub(a: Self::Vector, b: Self::Vector) -> Self::Vector {
        map(a, b, |a, b| a - b)
    }

    #[inline(always)]
    unsafe fn mul(a: Self::Vector, b: Self::Vector) -> Self::Vector {
        map(a, b, |a, b| a * b)
    }

    #[inline(always)]
    unsafe fn div(a: Self::Vector, b: Self::Vector) -> Self::Vector {
        map(a, b, |a, b| a / b)
    }

    #[inline(always)]
    unsafe fn sqrt(a: Self::Vector) -> Self::Vector {
        a.map(f32::sqrt)
    }

    #[inline(always)]
    unsafe fn mul_add(a: Self::Vector, b: Self::Vector, c: Self::Vector) -> Self::Vector {
        map(map(a, b, |a, b| a * b), c, |product, c| product + c)
    }

    #[inline(always)]
    unsafe fn relu(a: Self::Vector) -> Self::Vector {
        a.map(|value| if value <= 0.0 { 0.0 } else { value })
    }

    #[inline(always)]
    unsafe fn where_positive(value: Self::Vector, of: Self::Vector) -> Self::Vector {
        map(value, of, |value, of| if of <= 0.0 { 0.0 } else { value })
    }

    #[inline(always)]
    unsafe fn all_zero(a: Self::Vector) -> bool {
        a.iter().all(|&value| value == 0.0)
    }
}
