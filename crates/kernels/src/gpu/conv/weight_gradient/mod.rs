//! Gradient of a convolution's weight, in parts that fill the device.
//!
//! The product has few rows and columns (channels) and a sum over every pixel of a batch: only cut
//! into parts does it fill a device. Every cube takes a tile of output and input channels and a run of
//! pixels, which it brings into shared memory block by block; its rows of threads (warps on NVIDIA
//! devices) take the taps of the kernel. Partial sums are added in a fixed order by a second kernel,
//! so that the result is the same on every run.

mod blocks;
mod matrices;
mod parts;
mod plain;
mod plan;

use burn_cubecl::CubeRuntime;
use burn_cubecl::tensor::CubeTensor;

use self::blocks::Cut;
use self::plan::{Plan, Product};
use crate::gpu::maps::Maps;
use crate::types::ConvGeometry;

/// Cubes per multiprocessor, so that some compute while others load.
const CUBES_PER_PROCESSOR: usize = 4;
/// Multiprocessors of devices that do not tell.
const PROCESSORS: usize = 16;

/// Gradient `[outputs, kernel, kernel, inputs]` in float32; `None` where the kernel's shape is another
/// than the kernels here are for.
pub(in crate::gpu) fn weight_gradient<R: CubeRuntime>(
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
    let dtype = x.tensor().dtype;
    let properties = x.tensor().client.properties();
    let product = Product::on(&properties.features.matmul.cmma, dtype);
    let shared = properties.hardware.max_shared_memory_size / product.staged(dtype).size();
    let plan = Plan::new(height, geometry, &gradient.extent, product, shared);
    if plan.shared() > shared || plan.threads() > properties.hardware.max_units_per_cube as usize {
        return None;
    }
    let processors = properties.hardware.num_streaming_multiprocessors;
    let cubes = processors.map_or(PROCESSORS, |count| count as usize) * CUBES_PER_PROCESSOR;
    let cut = Cut::new(x.extent, gradient.extent, plan, cubes);
    let partials = match product {
        Product::Matrices { .. } => {
            matrices::products(x, gradient, plan, cut, product.staged(dtype))
        }
        Product::Plain => plain::products(x, gradient, plan, cut),
    };
    let result = x.vector([gradient.extent.channels, height, width, x.extent.channels]);
    parts::add(partials, &result);
    Some(result)
}
