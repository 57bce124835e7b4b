//! The one-dimensional transforms, on vectors of channels.

#![expect(unsafe_code, unsafe_op_in_unsafe_fn, reason = "innermost arithmetic on vectors")]

use super::{INPUT, OUTPUT};
use crate::cpu::simd::Simd;

/// First pair of interpolation points, ±.
const A: f32 = 0.75;
/// Second pair.
const B: f32 = 1.5;
const A2: f32 = A * A;
const B2: f32 = B * B;
const A3: f32 = A2 * A;
const B3: f32 = B2 * B;

/// Kernel to points: `G`, 6x3.
pub(super) const KERNEL: [[f32; 3]; INPUT] = [
    [1.0 / (A2 * B2), 0.0, 0.0],
    [kernel_scale(A2, B2), kernel_scale(A2, B2) * A, kernel_scale(A2, B2) * A2],
    [kernel_scale(A2, B2), kernel_scale(A2, B2) * -A, kernel_scale(A2, B2) * A2],
    [kernel_scale(B2, A2), kernel_scale(B2, A2) * B, kernel_scale(B2, A2) * B2],
    [kernel_scale(B2, A2), kernel_scale(B2, A2) * -B, kernel_scale(B2, A2) * B2],
    [0.0, 0.0, 1.0],
];

const fn kernel_scale(own: f32, other: f32) -> f32 {
    1.0 / (2.0 * own * (own - other))
}

/// Column `j` of rows of vectors, read one by one: `map` over the rows copies all of them for every column.
#[inline(always)]
pub(super) fn column<V: Copy, const N: usize, const M: usize>(
    rows: &[[V; N]; M],
    j: usize,
) -> [V; M] {
    let mut column = [rows[0][j]; M];
    for (value, row) in column.iter_mut().zip(rows) {
        *value = row[j];
    }
    column
}

/// Input pixels to points: `Bᵀ`.
///
/// # Safety
/// The processor has the instructions of `S`; the same for the functions below.
#[inline(always)]
pub(super) unsafe fn input<S: Simd>(x: [S::Vector; INPUT]) -> [S::Vector; INPUT] {
    let [x0, x1, x2, x3, x4, x5] = x;
    let product = S::splat(A2 * B2);
    let sum = S::splat(-(A2 + B2));
    let (minus_a2, minus_b2) = (S::splat(-A2), S::splat(-B2));
    let even_a = S::mul_add(minus_b2, x2, x4);
    let odd_a = S::mul_add(minus_b2, x1, x3);
    let even_b = S::mul_add(minus_a2, x2, x4);
    let odd_b = S::mul_add(minus_a2, x1, x3);
    [
        S::mul_add(product, x0, S::mul_add(sum, x2, x4)),
        S::mul_add(S::splat(A), odd_a, even_a),
        S::mul_add(S::splat(-A), odd_a, even_a),
        S::mul_add(S::splat(B), odd_b, even_b),
        S::mul_add(S::splat(-B), odd_b, even_b),
        S::mul_add(product, x1, S::mul_add(sum, x3, x5)),
    ]
}

/// Points to output pixels: `Aᵀ`.
#[inline(always)]
pub(super) unsafe fn output<S: Simd>(m: [S::Vector; INPUT]) -> [S::Vector; OUTPUT] {
    let [m0, m1, m2, m3, m4, m5] = m;
    let (sum_a, difference_a) = (S::add(m1, m2), S::sub(m1, m2));
    let (sum_b, difference_b) = (S::add(m3, m4), S::sub(m3, m4));
    [
        S::add(S::add(m0, sum_a), sum_b),
        S::mul_add(S::splat(A), difference_a, S::mul(S::splat(B), difference_b)),
        S::mul_add(S::splat(A2), sum_a, S::mul(S::splat(B2), sum_b)),
        S::mul_add(S::splat(A3), difference_a, S::mul_add(S::splat(B3), difference_b, m5)),
    ]
}

/// Gradients of output pixels to points: `A`.
#[inline(always)]
pub(super) unsafe fn output_gradient<S: Simd>(y: [S::Vector; OUTPUT]) -> [S::Vector; INPUT] {
    let [y0, y1, y2, y3] = y;
    let even_a = S::mul_add(S::splat(A2), y2, y0);
    let odd_a = S::mul_add(S::splat(A3), y3, S::mul(S::splat(A), y1));
    let even_b = S::mul_add(S::splat(B2), y2, y0);
    let odd_b = S::mul_add(S::splat(B3), y3, S::mul(S::splat(B), y1));
    [
        y0,
        S::add(even_a, odd_a),
        S::sub(even_a, odd_a),
        S::add(even_b, odd_b),
        S::sub(even_b, odd_b),
        y3,
    ]
}

/// Kernel to points: `G`.
#[inline(always)]
pub(super) unsafe fn kernel<S: Simd>(g: [S::Vector; 3]) -> [S::Vector; INPUT] {
    let [g0, g1, g2] = g;
    let pair = |scale: f32, point: f32| {
        let even = S::mul_add(S::splat(scale * point * point), g2, S::mul(S::splat(scale), g0));
        (even, S::mul(S::splat(scale * point), g1))
    };
    let (even_a, odd_a) = pair(kernel_scale(A2, B2), A);
    let (even_b, odd_b) = pair(kernel_scale(B2, A2), B);
    [
        S::mul(S::splat(1.0 / (A2 * B2)), g0),
        S::add(even_a, odd_a),
        S::sub(even_a, odd_a),
        S::add(even_b, odd_b),
        S::sub(even_b, odd_b),
        g2,
    ]
}

/// Points to kernel gradients: `Gᵀ`.
#[inline(always)]
pub(super) unsafe fn kernel_gradient<S: Simd>(u: [S::Vector; INPUT]) -> [S::Vector; 3] {
    let mut sums = [S::splat(0.0); 3];
    for (value, row) in u.into_iter().zip(KERNEL) {
        for (sum, factor) in sums.iter_mut().zip(row) {
            *sum = S::mul_add(S::splat(factor), value, *sum);
        }
    }
    sums
}
