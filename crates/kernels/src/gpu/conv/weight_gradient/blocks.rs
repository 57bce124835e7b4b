//! Blocks of pixels: how a batch is cut into them, and how a cube brings one into shared memory.

use burn_cubecl::CubeRuntime;
use burn_cubecl::cubecl;
use burn_cubecl::tensor::CubeTensor;
use cubecl::prelude::*;

use super::plan::{LANES, Plan, TILE};
use crate::gpu::maps::{Extent, Maps};

/// A product cut into cubes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Cut {
    input: Extent,
    output: Extent,
    plan: Plan,
    /// Blocks below each other and beside each other per picture.
    rows: usize,
    columns: usize,
    /// Blocks of the batch.
    count: usize,
    per_cube: usize,
}

impl Cut {
    /// For about this many cubes.
    pub fn new(input: Extent, output: Extent, plan: Plan, cubes: usize) -> Self {
        let rows = output.height.div_ceil(plan.rows);
        let columns = output.width.div_ceil(plan.columns);
        let count = output.batch * rows * columns;
        let tiles = input.channels.div_ceil(TILE) * output.channels.div_ceil(TILE);
        let per_cube = count.div_ceil((cubes / tiles).clamp(1, count.max(1))).max(1);
        Self { input, output, plan, rows, columns, count, per_cube }
    }

    /// Tiles of input channels, tiles of output channels, runs of blocks.
    fn cubes(&self) -> [usize; 3] {
        let tiles = |extent: &Extent| extent.channels.div_ceil(TILE);
        [tiles(&self.input), tiles(&self.output), self.count.div_ceil(self.per_cube).max(1)]
    }

    pub fn cube_count(&self) -> CubeCount {
        let [x, y, z] = self.cubes().map(|count| count as u32);
        CubeCount::Static(x, y, z)
    }

    /// Partial sums `[part, output, tap, input]`, with room for whole tiles.
    pub fn partials<R: CubeRuntime>(&self, like: &Maps<R>) -> CubeTensor<R> {
        let [inputs, outputs, runs] = self.cubes();
        like.vector([runs * self.plan.parts(), outputs * TILE, self.plan.taps(), inputs * TILE])
    }

    pub fn arg<R: CubeRuntime>(&self) -> BlocksLaunch<R> {
        BlocksLaunch::new(
            self.input.height,
            self.input.width,
            self.output.height,
            self.output.width,
            self.rows,
            self.columns,
            self.count,
            self.per_cube,
        )
    }
}

/// Extents of maps and how they are cut into blocks.
#[derive(CubeType, CubeLaunch)]
pub(super) struct Blocks {
    input_height: usize,
    input_width: usize,
    height: usize,
    width: usize,
    rows: usize,
    columns: usize,
    count: usize,
    per_cube: usize,
}

/// Blocks of this cube: the first, and the one after the last.
#[cube]
pub(super) fn run(blocks: &Blocks) -> (usize, usize) {
    let first = CUBE_POS_Z as usize * blocks.per_cube;
    (first, min(first + blocks.per_cube, blocks.count))
}

/// Brings the pixels of a block into shared memory, one tile of channels of each map.
#[cube]
pub(super) fn bring<F: Float, S: Numeric, N: Size>(
    x: &Tensor<Vector<F, N>>,
    gradient: &Tensor<Vector<F, N>>,
    inputs: &mut SharedMemory<Vector<S, N>>,
    outputs: &mut SharedMemory<Vector<S, N>>,
    blocks: &Blocks,
    block: usize,
    #[comptime] plan: Plan,
) {
    let vectors = comptime![TILE / x.vector_size()];
    let left = (block % blocks.columns) * plan.columns;
    let top = ((block / blocks.columns) % blocks.rows) * plan.rows;
    let picture = block / (blocks.columns * blocks.rows);
    sync_cube();
    stage::<F, S, N>(
        gradient,
        outputs,
        picture * blocks.height,
        blocks.height as i32,
        blocks.width as i32,
        top as i32,
        left as i32,
        CUBE_POS_Y as usize * vectors,
        comptime![plan.columns],
        comptime![plan.pixels()],
        comptime![plan.threads()],
    );
    stage::<F, S, N>(
        x,
        inputs,
        picture * blocks.input_height,
        blocks.input_height as i32,
        blocks.input_width as i32,
        (top * plan.stride) as i32 - comptime![plan.padding() as i32],
        (left * plan.stride) as i32 - comptime![plan.padding() as i32],
        CUBE_POS_X as usize * vectors,
        comptime![plan.input_columns()],
        comptime![plan.input_pixels()],
        comptime![plan.threads()],
    );
    sync_cube();
}

/// Brings a block of pixels of one tile of channels into shared memory; zeros beyond the picture and
/// beyond the last channel.
#[cube]
fn stage<F: Float, S: Numeric, N: Size>(
    maps: &Tensor<Vector<F, N>>,
    shared: &mut SharedMemory<Vector<S, N>>,
    first_row: usize,
    height: i32,
    width: i32,
    top: i32,
    left: i32,
    first_vector: usize,
    #[comptime] columns: usize,
    #[comptime] pixels: usize,
    #[comptime] threads: usize,
) {
    let vectors = comptime![TILE / maps.vector_size()];
    let of_maps = maps.shape(1) / maps.vector_size();
    let pitch = maps.stride(0) / maps.vector_size();
    let mut at = UNIT_POS_Y as usize * LANES + UNIT_POS_X as usize;
    while at < comptime![pixels * vectors] {
        let (pixel, vector) = (at / vectors, first_vector + at % vectors);
        let y = top + (pixel / columns) as i32;
        let x = left + (pixel % columns) as i32;
        let mut value = Vector::<S, N>::cast_from(0.0f32);
        if y >= 0 && y < height && x >= 0 && x < width && vector < of_maps {
            let from = (first_row + y as usize) * width as usize + x as usize;
            value = Vector::cast_from(maps[from * pitch + vector]);
        }
        shared[at] = value;
        at += threads;
    }
}

/// Tap of the kernel that a row of threads takes.
#[cube]
pub(super) fn tap(#[comptime] plan: Plan) -> usize {
    if comptime![plan.kernel == 1] { 0usize.runtime() } else { UNIT_POS_Y as usize }
}

/// Where the sums of a row of threads begin among the partial ones.
#[cube]
pub(super) fn place(partials: &Tensor<f32>, #[comptime] plan: Plan) -> usize {
    let part = if comptime![plan.kernel == 1] {
        CUBE_POS_Z as usize * plan.warps + UNIT_POS_Y as usize
    } else {
        CUBE_POS_Z as usize
    };
    part * partials.stride(0)
        + CUBE_POS_Y as usize * TILE * partials.stride(1)
        + tap(plan) * partials.stride(2)
        + CUBE_POS_X as usize * TILE
}
