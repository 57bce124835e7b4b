//! Gradient of a convolution's weight, in parts that fill the device.
//!
//! The product has few rows and columns (channels) and a sum over every pixel of a batch: only cut
//! into parts does it fill a device. Every cube takes a tile of output and input channels and a run of
//! pixels, which it brings into shared memory block by block; its rows of threads (warps on NVIDIA
//! devices) take the taps of the kernel. Partial sums are added in a fixed order by a second kernel,
//! so that the result is the same on every run.

#![expect(unsafe_code, reason = "kernels check bounds themselves, where a thread may leave them")]

use burn_cubecl::tensor::CubeTensor;
use burn_cubecl::{CubeRuntime, cubecl};
use cubecl::prelude::*;

use super::maps::{Extent, Maps};
use super::sum::over_rows;
use crate::types::ConvGeometry;

/// Channels of a tile, in both directions.
const TILE: usize = 32;
/// Threads per row: a warp of NVIDIA devices.
const LANES: usize = 32;
/// Rows of threads where a kernel has one tap: they share the pixels of a block.
const ROWS_OF_ONE_TAP: usize = 8;
/// Output pixels that a block has at most.
const BLOCK_PIXELS: usize = 128;
/// Cubes per multiprocessor, so that some compute while others load.
const CUBES_PER_PROCESSOR: usize = 4;
/// Multiprocessors of devices that do not tell.
const PROCESSORS: usize = 16;
/// Rows of threads that add partial sums.
const SUM_ROWS: usize = 8;
/// Channels of a thread: outputs and inputs.
const SUMS: [usize; 2] = [4, 8];

/// Constants of a compiled kernel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Plan {
    kernel: usize,
    stride: usize,
    /// Rows of threads.
    warps: usize,
    /// Rows and columns of output pixels of a block.
    rows: usize,
    columns: usize,
}

impl Plan {
    fn new(kernel: usize, geometry: ConvGeometry, gradient: &Extent, shared: usize) -> Self {
        let warps = if kernel == 1 { ROWS_OF_ONE_TAP } else { kernel * kernel };
        let stride = geometry.stride;
        let columns = gradient.width.clamp(1, BLOCK_PIXELS / 2);
        let mut plan = Self { kernel, stride, warps, rows: 1, columns };
        while plan.rows * 2 * columns <= BLOCK_PIXELS
            && plan.rows < gradient.height
            && (Self { rows: plan.rows * 2, ..plan }).shared() <= shared
        {
            plan.rows *= 2;
        }
        plan
    }

    fn taps(self) -> usize {
        self.kernel * self.kernel
    }

    fn padding(self) -> usize {
        self.kernel / 2
    }

    fn threads(self) -> usize {
        self.warps * LANES
    }

    /// Output pixels of a block.
    fn pixels(self) -> usize {
        self.rows * self.columns
    }

    /// Input pixels of a block.
    fn input_pixels(self) -> usize {
        self.input_rows() * self.input_columns()
    }

    /// Rows of input pixels of a block.
    fn input_rows(self) -> usize {
        (self.rows - 1) * self.stride + self.kernel
    }

    /// Columns of input pixels of a block.
    fn input_columns(self) -> usize {
        (self.columns - 1) * self.stride + self.kernel
    }

    /// Shared memory in values.
    fn shared(self) -> usize {
        (self.pixels() + self.input_pixels()) * TILE
    }

    /// Parts that one cube leaves: rows of threads with pixels of their own.
    fn parts(self) -> usize {
        self.warps / self.taps()
    }
}

/// Gradient `[outputs, inputs, kernel, kernel]` in float32, stored channels last; `None` where the
/// kernel's shape is another than the kernels here are for.
pub(super) fn gradient<R: CubeRuntime>(
    x: &Maps<R>,
    gradient: &Maps<R>,
    [height, width]: [usize; 2],
    geometry: ConvGeometry,
) -> Option<CubeTensor<R>> {
    let is_known = height == width
        && matches!(height, 1 | 3)
        && geometry.padding == height / 2
        && matches!(geometry.stride, 1 | 2);
    if !is_known {
        return None;
    }
    let client = &x.tensor().client;
    let properties = client.properties();
    let shared = properties.hardware.max_shared_memory_size / size_of::<f32>();
    let plan = Plan::new(height, geometry, &gradient.extent, shared);
    if plan.shared() > shared || plan.threads() > properties.hardware.max_units_per_cube as usize {
        return None;
    }
    let processors = properties.hardware.num_streaming_multiprocessors;
    let cubes = processors.map_or(PROCESSORS, |count| count as usize) * CUBES_PER_PROCESSOR;
    Some(launch(x, gradient, plan, cubes))
}

fn launch<R: CubeRuntime>(
    x: &Maps<R>,
    gradient: &Maps<R>,
    plan: Plan,
    cubes: usize,
) -> CubeTensor<R> {
    let (inputs, outputs) = (x.extent.channels, gradient.extent.channels);
    let (input_tiles, output_tiles) = (inputs.div_ceil(TILE), outputs.div_ceil(TILE));
    let Extent { batch, height, width, .. } = gradient.extent;
    let (block_rows, block_columns) = (height.div_ceil(plan.rows), width.div_ceil(plan.columns));
    let blocks = batch * block_rows * block_columns;
    let per_cube = blocks.div_ceil((cubes / (input_tiles * output_tiles)).clamp(1, blocks.max(1)));
    let splits = blocks.div_ceil(per_cube.max(1)).max(1);
    let taps = plan.taps();
    let parts = splits * plan.parts();
    let partials = x.vector([parts, output_tiles * TILE, taps, input_tiles * TILE]);
    let lanes = x.lanes().min(gradient.lanes());
    let dtype = x.tensor().dtype;
    let client = &x.tensor().client;
    // SAFETY: partial sums have room for whole tiles of every part; loads check their pixel and channel.
    unsafe {
        add_products::launch_unchecked(
            client,
            CubeCount::Static(input_tiles as u32, output_tiles as u32, splits as u32),
            CubeDim::new_2d(LANES as u32, plan.warps as u32),
            lanes,
            x.arg(),
            gradient.arg(),
            partials.clone().into_tensor_arg(),
            BlocksLaunch::new(
                x.extent.height,
                x.extent.width,
                height,
                width,
                block_rows,
                block_columns,
                blocks,
                per_cube,
            ),
            plan,
            dtype.into(),
        );
    }
    let result = x.vector([outputs, plan.kernel, plan.kernel, inputs]);
    let columns = taps * inputs;
    // SAFETY: threads beyond the last value store nothing.
    unsafe {
        add_parts::launch_unchecked(
            client,
            CubeCount::Static(columns.div_ceil(LANES) as u32, outputs as u32, 1),
            CubeDim::new_2d(LANES as u32, SUM_ROWS as u32),
            partials.into_tensor_arg(),
            result.clone().into_tensor_arg(),
            inputs,
        );
    }
    result
}

/// Extents of maps and how they are cut into blocks.
#[derive(CubeType, CubeLaunch)]
struct Blocks {
    input_height: usize,
    input_width: usize,
    height: usize,
    width: usize,
    /// Blocks below each other and beside each other per picture.
    rows: usize,
    columns: usize,
    /// Blocks of the batch.
    count: usize,
    per_cube: usize,
}

/// Partial sums `[part, output, tap, input]` of the products of a cube's pixels.
#[cube(launch_unchecked)]
fn add_products<F: Float, N: Size>(
    x: &Tensor<Vector<F, N>>,
    gradient: &Tensor<Vector<F, N>>,
    partials: &mut Tensor<f32>,
    blocks: &Blocks,
    #[comptime] plan: Plan,
    #[define(F)] _dtype: StorageType,
) {
    let vectors = comptime![TILE / x.vector_size()];
    let mut outputs = SharedMemory::<Vector<f32, N>>::new(comptime![plan.pixels() * vectors]);
    let mut inputs = SharedMemory::<Vector<f32, N>>::new(comptime![plan.input_pixels() * vectors]);
    let mut sums = Array::<f32>::new(comptime![SUMS[0] * SUMS[1]]);
    #[unroll]
    for index in 0..comptime![SUMS[0] * SUMS[1]] {
        sums[index] = 0.0f32;
    }

    let first = CUBE_POS_Z as usize * blocks.per_cube;
    let end = min(first + blocks.per_cube, blocks.count);
    for block in first..end {
        let left = (block % blocks.columns) * plan.columns;
        let top = ((block / blocks.columns) % blocks.rows) * plan.rows;
        let picture = block / (blocks.columns * blocks.rows);
        sync_cube();
        stage::<F, N>(
            gradient,
            &mut outputs,
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
        stage::<F, N>(
            x,
            &mut inputs,
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
        multiply::<N>(&outputs, &inputs, &mut sums, plan);
    }

    let tap = tap(plan);
    let part = if comptime![plan.kernel == 1] {
        CUBE_POS_Z as usize * plan.warps + UNIT_POS_Y as usize
    } else {
        CUBE_POS_Z as usize
    };
    let row = part * partials.stride(0)
        + CUBE_POS_Y as usize * TILE * partials.stride(1)
        + tap * partials.stride(2);
    let (output, input) = place();
    #[unroll]
    for index in 0..comptime![SUMS[0] * SUMS[1]] {
        let (down, right) = comptime![(index / SUMS[1], index % SUMS[1])];
        let at = row + (output + down) * partials.stride(1);
        partials[at + CUBE_POS_X as usize * TILE + input + right] = sums[index];
    }
}

/// Tap of the kernel that a row of threads takes.
#[cube]
fn tap(#[comptime] plan: Plan) -> usize {
    if comptime![plan.kernel == 1] { 0usize.runtime() } else { UNIT_POS_Y as usize }
}

/// First output and input channel within the tile of a thread.
#[cube]
fn place() -> (usize, usize) {
    let lane = UNIT_POS_X as usize;
    let across = comptime![TILE / SUMS[1]];
    (lane / across * SUMS[0], lane % across * SUMS[1])
}

/// Brings a block of pixels of one tile of channels into shared memory; zeros beyond the picture and
/// beyond the last channel.
#[cube]
fn stage<F: Float, N: Size>(
    maps: &Tensor<Vector<F, N>>,
    shared: &mut SharedMemory<Vector<f32, N>>,
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
        let mut value = Vector::<f32, N>::new(0.0f32);
        if y >= 0 && y < height && x >= 0 && x < width && vector < of_maps {
            let from = (first_row + y as usize) * width as usize + x as usize;
            value = Vector::cast_from(maps[from * pitch + vector]);
        }
        shared[at] = value;
        at += threads;
    }
}

/// Adds the products of a block.
#[cube]
fn multiply<N: Size>(
    outputs: &SharedMemory<Vector<f32, N>>,
    inputs: &SharedMemory<Vector<f32, N>>,
    sums: &mut Array<f32>,
    #[comptime] plan: Plan,
) {
    let lanes = comptime![outputs.vector_size()];
    let vectors = comptime![TILE / lanes];
    let tap = tap(plan);
    let (tap_row, tap_column) = (tap / plan.kernel, tap % plan.kernel);
    let (output, input) = place();
    let mut pixel =
        if comptime![plan.kernel == 1] { UNIT_POS_Y as usize } else { 0usize.runtime() };
    while pixel < comptime![plan.pixels()] {
        let (row, column) = (pixel / plan.columns, pixel % plan.columns);
        let from = (row * plan.stride + tap_row) * comptime![plan.input_columns()]
            + column * plan.stride
            + tap_column;
        let mut left = Array::<f32>::new(comptime![SUMS[0]]);
        #[unroll]
        for index in 0..comptime![SUMS[0] / lanes] {
            let values = outputs[pixel * vectors + output / lanes + index];
            #[unroll]
            for lane in 0..lanes {
                left[index * lanes + lane] = values[lane];
            }
        }
        #[unroll]
        for index in 0..comptime![SUMS[1] / lanes] {
            let values = inputs[from * vectors + input / lanes + index];
            #[unroll]
            for lane in 0..lanes {
                let value = values[lane];
                #[unroll]
                for row in 0..comptime![SUMS[0]] {
                    sums[row * comptime![SUMS[1]] + index * lanes + lane] += left[row] * value;
                }
            }
        }
        pixel += if comptime![plan.kernel == 1] { comptime![plan.warps] } else { 1usize };
    }
}

/// Adds the parts: a row of threads takes some of them, one thread per input of a tap.
#[cube(launch_unchecked)]
fn add_parts(partials: &Tensor<f32>, result: &mut Tensor<f32>, inputs: usize) {
    let (lane, row) = (UNIT_POS_X as usize, UNIT_POS_Y as usize);
    let columns = result.shape(1) * result.shape(2) * inputs;
    let column = CUBE_POS_X as usize * LANES + lane;
    let source = min(column, columns - 1);
    let (tap, input) = (source / inputs, source % inputs);
    let output = CUBE_POS_Y as usize;
    let at = output * partials.stride(1) + tap * partials.stride(2) + input;
    let mut sum = Vector::<f32, Const<1>>::new(0.0f32);
    let mut part = row;
    while part < partials.shape(0) {
        sum += Vector::new(partials[part * partials.stride(0) + at]);
        part += SUM_ROWS;
    }
    let sum = over_rows::<Const<1>>(sum, lane, row, LANES, SUM_ROWS);
    if row == 0 && column < columns {
        result[output * columns + column] = sum[0usize];
    }
}
