//! Products of matrices of bfloat16 by vectors of x86-64 (AVX-512 BF16).
//!
//! One instruction multiplies 16 pairs of values with 16 pairs and adds both products of each to 16 sums in float32.

#![expect(unsafe_code, unsafe_op_in_unsafe_fn, reason = "innermost loops on raw pointers")]

use core::arch::x86_64::*;

use super::block::{Block, DEPTH, TILE};

/// Pairs of a chunk.
const PAIRS: usize = DEPTH / 2;
/// Pairs that are unrolled, and how often that is a chunk.
const UNROLL: usize = 4;
const STEPS: usize = PAIRS / UNROLL;
/// Values of a vector of pairs.
const VALUES: usize = 2 * TILE;
/// Rows that share a pointer: an address has a factor of at most two here.
const GROUP: usize = 3;
/// Rows of sums in registers at most.
const ROWS: usize = 12;

/// Whether products of pairs have the rate of products of float32, so that there are twice as many of them: on processors
/// of AMD; on those of Intel that have tiles, vectors multiply at half of that rate (`docs/decisions/0017`).
pub(super) fn are_fast() -> bool {
    let vendor = __cpuid(0);
    [vendor.ebx, vendor.edx, vendor.ecx].map(u32::to_le_bytes).concat() == b"AuthenticAMD"
}

/// Computes a block of sums.
///
/// # Safety
/// As for [`Block`]; the processor has AVX-512 F and BF16.
#[target_feature(enable = "avx512f,avx512bf16")]
pub(super) unsafe fn sums(block: &Block<'_>) {
    if block.columns > TILE {
        columns::<2>(block);
    } else {
        columns::<1>(block);
    }
}

/// All rows, in groups that fit into registers.
#[inline(always)]
unsafe fn columns<const N: usize>(block: &Block<'_>) {
    let mut row = 0;
    while row < block.rows {
        let left = block.rows - row;
        row += match left {
            ROWS.. => rows::<ROWS, N>(block, row),
            8.. => rows::<8, N>(block, row),
            4.. => rows::<4, N>(block, row),
            2.. => rows::<2, N>(block, row),
            _ => rows::<1, N>(block, row),
        };
    }
}

/// The sums of `R` rows, which it returns.
#[inline(always)]
unsafe fn rows<const R: usize, const N: usize>(block: &Block<'_>, first: usize) -> usize {
    let place = |row: usize| block.sums.byte_add((first + row) * block.sums_stride);
    let mut sums = [[_mm512_setzero_ps(); N]; R];
    if block.add {
        for (row, sums) in sums.iter_mut().enumerate() {
            for (vector, sum) in sums.iter_mut().enumerate() {
                *sum = _mm512_loadu_ps(place(row).add(vector * TILE));
            }
        }
    }
    let mut right = block.right;
    for &offset in block.offsets {
        let left = block.left.byte_offset(offset).byte_add(first * block.left_stride);
        let mut groups = [left; ROWS / GROUP];
        for (index, group) in groups.iter_mut().enumerate() {
            // Groups without rows are never read.
            *group = left.wrapping_byte_add(index * GROUP * block.left_stride);
        }
        for step in 0..block.chunks * STEPS {
            for pair in 0..UNROLL {
                let mut weights = [_mm512_setzero_si512(); N];
                for (vector, weight) in weights.iter_mut().enumerate() {
                    *weight =
                        _mm512_loadu_si512(right.add((vector * PAIRS + pair) * VALUES).cast());
                }
                for (row, sums) in sums.iter_mut().enumerate() {
                    let from = groups[row / GROUP].byte_add(row % GROUP * block.left_stride);
                    let value =
                        _mm512_set1_epi32(from.add(2 * pair).cast::<i32>().read_unaligned());
                    for (sum, &weight) in sums.iter_mut().zip(&weights) {
                        *sum = multiply_add(*sum, value, weight);
                    }
                }
            }
            // The next vector of outputs follows a chunk.
            let is_last = (step + 1).is_multiple_of(STEPS);
            let vectors = if is_last { UNROLL + (N - 1) * PAIRS } else { UNROLL };
            right = right.add(vectors * VALUES);
            for group in &mut groups {
                *group = group.wrapping_add(2 * UNROLL);
            }
        }
    }
    for (row, sums) in sums.iter().enumerate() {
        for (vector, &sum) in sums.iter().enumerate() {
            _mm512_storeu_ps(place(row).add(vector * TILE), sum);
        }
    }
    R
}

#[inline(always)]
unsafe fn multiply_add(sum: __m512, a: __m512i, b: __m512i) -> __m512 {
    let a = core::mem::transmute::<__m512i, __m512bh>(a);
    _mm512_dpbf16_ps(sum, a, core::mem::transmute::<__m512i, __m512bh>(b))
}
