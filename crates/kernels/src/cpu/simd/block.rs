//! Blocks of a product of matrices of bfloat16, summed in float32.

#![cfg_attr(not(target_arch = "x86_64"), allow(dead_code, reason = "nothing multiplies them"))]

#[cfg(feature = "exact-memory")]
use std::hint::black_box;

use burn_std::bf16;

/// Rows of a tile, and columns of a tile of sums.
pub(crate) const TILE: usize = 16;
/// Rows and columns of a whole block.
pub(crate) const BLOCK: usize = 2 * TILE;
/// Values that are multiplied and summed at a time.
pub(crate) const DEPTH: usize = 32;

/// `sums[r][c] (+)= Σ_tap Σ_k left[offset of tap + r · stride + k] · right[tap][k][c]`.
///
/// The left matrix lies in memory as it is, each tap somewhere else; the right one is packed: per tap, per chunk of
/// [`DEPTH`] values, per [`TILE`] columns, 16 rows of 16 pairs of neighbours in `k`.
///
/// Whoever runs it promises that all of this is readable, and the sums readable and writable, for `rows` rounded up to a
/// multiple of [`TILE`].
pub(crate) struct Block<'a> {
    pub left: *const bf16,
    /// Bytes from one row to the next.
    pub left_stride: usize,
    /// Bytes from `left` to each tap.
    pub offsets: &'a [isize],
    /// Chunks of every tap.
    pub chunks: usize,
    pub right: *const bf16,
    pub sums: *mut f32,
    /// Bytes from one row to the next.
    pub sums_stride: usize,
    /// At most [`BLOCK`].
    pub rows: usize,
    /// At most [`BLOCK`].
    pub columns: usize,
    /// Whether the products are added to what the sums hold.
    pub add: bool,
}

#[cfg(feature = "exact-memory")]
#[expect(unsafe_code, reason = "reads what the instructions will read")]
impl Block<'_> {
    /// Reads and writes every value that the block's instructions do, for sanitizers, which do not see into assembly.
    ///
    /// # Safety
    /// The block's promise is kept.
    pub unsafe fn touch(&self) {
        let (rows, columns) =
            (self.rows.next_multiple_of(TILE), self.columns.next_multiple_of(TILE));
        // SAFETY: by the caller's promise.
        unsafe {
            for &offset in self.offsets {
                for row in 0..rows {
                    let left = self.left.byte_offset(offset).byte_add(row * self.left_stride);
                    (0..self.chunks * DEPTH).for_each(|k| {
                        black_box(left.add(k).read_volatile());
                    });
                }
            }
            let right = self.offsets.len() * self.chunks * DEPTH * columns;
            (0..right).for_each(|index| {
                black_box(self.right.add(index).read_volatile());
            });
            for row in 0..rows {
                let sums = self.sums.byte_add(row * self.sums_stride);
                for column in 0..columns {
                    sums.add(column).write_volatile(sums.add(column).read_volatile());
                }
            }
        }
    }
}
