//! Sums over the rows of a cube.

use burn_cubecl::cubecl;
use cubecl::prelude::*;

/// The sum of `value` over all rows, in every row; `lane` and `row` are the thread's.
#[cube]
pub(super) fn over_rows<N: Size>(
    value: Vector<f32, N>,
    lane: usize,
    row: usize,
    #[comptime] lanes: usize,
    #[comptime] rows: usize,
) -> Vector<f32, N> {
    let mut shared = SharedMemory::<Vector<f32, N>>::new(comptime![lanes * rows]);
    shared[row * lanes + lane] = value;
    sync_cube();
    let levels = comptime![rows.ilog2() as usize];
    #[unroll]
    for level in 0..levels {
        let half = comptime![rows >> (level + 1)];
        if row < half {
            let other = shared[(row + half) * lanes + lane];
            shared[row * lanes + lane] += other;
        }
        sync_cube();
    }
    shared[lane]
}
