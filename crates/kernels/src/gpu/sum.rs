//! Sums over the rows of a cube.

use burn_cubecl::cubecl;
use cubecl::prelude::*;

/// Place of a thread in a reduction: lanes hold vectors of channels, rows share the summands.
#[derive(CubeType)]
pub(super) struct Seat {
    /// Position across the cube.
    pub lane: usize,
    /// Position down the cube.
    pub row: usize,
    /// Vector of channels of the lane; beyond the last one in the last cube.
    pub vector: usize,
    /// Number of vectors.
    pub vectors: usize,
    /// Vector to read: lanes beyond the last one take part in barriers, with values that nobody stores.
    pub source: usize,
}

#[cube]
impl Seat {
    /// The thread's place among `vectors` per row, in cubes of `lanes`.
    pub fn of(vectors: usize, #[comptime] lanes: usize) -> Seat {
        let vector = CUBE_POS_X as usize * lanes + UNIT_POS_X as usize;
        Seat {
            lane: UNIT_POS_X as usize,
            row: UNIT_POS_Y as usize,
            vector,
            vectors,
            source: min(vector, vectors - 1),
        }
    }

    /// Whether the thread stores the sum of its lane.
    pub fn stores(&self) -> bool {
        self.row == 0 && self.vector < self.vectors
    }
}

/// The sum of `value` over all rows, in every row.
#[cube]
pub(super) fn over_rows<N: Size>(
    value: Vector<f32, N>,
    seat: &Seat,
    #[comptime] lanes: usize,
    #[comptime] rows: usize,
) -> Vector<f32, N> {
    let mut shared = SharedMemory::<Vector<f32, N>>::new(comptime![lanes * rows]);
    let (lane, row) = (seat.lane, seat.row);
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
