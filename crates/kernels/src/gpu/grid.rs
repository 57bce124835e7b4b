//! Launch grids of elementwise kernels and of reductions.

use burn_cubecl::tensor::CubeTensor;
use burn_cubecl::{CubeRuntime, cubecl};
use cubecl::calculate_cube_count_elemwise;
use cubecl::prelude::{CubeCount, CubeDim};

/// Threads of a cube that reduces: what every device has.
const THREADS: usize = 256;
/// Vectors of channels that a cube takes at most.
const LANES: usize = 32;
/// Pixels that a thread takes at least, so that there are not more sums than values.
const PIXELS: usize = 8;
/// Cubes in all: so many that what is in work at a time stays in a cache for a second look.
const CUBES: usize = 4096;
/// Blocks of pixels: few enough for every cube to merge what all blocks left.
const BLOCKS: usize = 512;

/// A reduction over pixels: every cube takes some vectors of channels (x) of some pixels (y), with
/// one row of threads a pixel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Reduction {
    /// Vectors of channels of a cube.
    pub lanes: usize,
    /// Pixels that a cube looks at at a time: a power of two.
    pub rows: usize,
    /// Cubes along the channels.
    pub columns: usize,
    /// Cubes along the pixels.
    pub blocks: usize,
}

impl Reduction {
    /// Of `pixels` with `vectors` of channels each.
    pub fn of(pixels: usize, vectors: usize) -> Self {
        let lanes = vectors.clamp(1, LANES);
        let columns = vectors.div_ceil(lanes).max(1);
        let rows = previous_power_of_two(THREADS / lanes);
        let blocks = pixels.div_ceil(rows * PIXELS).clamp(1, (CUBES / columns).clamp(1, BLOCKS));
        Self { lanes, rows, columns, blocks }
    }

    /// One cube for all blocks.
    pub fn finish(self) -> Self {
        Self { blocks: 1, ..self }
    }

    pub fn count(&self) -> CubeCount {
        CubeCount::Static(self.columns as u32, self.blocks as u32, 1)
    }

    pub fn dim(&self) -> CubeDim {
        CubeDim::new_2d(self.lanes as u32, self.rows as u32)
    }
}

/// One thread a value or vector.
pub(super) fn elementwise<R: CubeRuntime>(
    tensor: &CubeTensor<R>,
    units: usize,
) -> (CubeCount, CubeDim) {
    let dim = CubeDim::new(&tensor.client, units);
    (calculate_cube_count_elemwise(&tensor.client, units, dim), dim)
}

fn previous_power_of_two(number: usize) -> usize {
    1 << number.max(1).ilog2()
}

#[cfg(test)]
mod tests {
    use super::Reduction;

    #[test]
    fn a_cube_has_room_for_its_threads_and_blocks_cover_all_pixels() {
        for (pixels, vectors) in [(1, 1), (7, 3), (196_608, 8), (3072, 64), (48, 256), (100, 33)] {
            let grid = Reduction::of(pixels, vectors);
            assert!(grid.lanes * grid.rows <= 256, "{grid:?}");
            assert!(grid.rows.is_power_of_two(), "{grid:?}");
            assert!(grid.columns * grid.lanes >= vectors, "{grid:?}");
            assert!(grid.blocks >= 1 && grid.blocks <= pixels.max(1), "{grid:?}");
        }
    }
}
