//! Operations on many tensors per launch.
//!
//! A network has over a thousand parameters, most of them small: with one launch each, the host is
//! what a step waits for.

mod adam;
mod average;
mod cast;
mod grid;
mod squares;

use burn_backend::TensorMetadata;
use burn_cubecl::CubeRuntime;
use burn_cubecl::kernel::into_contiguous;
use burn_cubecl::ops::{permute_nchw_to_nhwc, permute_nhwc_to_nchw};
use burn_cubecl::tensor::CubeTensor;

pub(super) use adam::{Parameter, step_all};
pub(super) use average::{average_all, scale_all};
pub(super) use cast::cast_all;
pub(super) use squares::square_sums;

/// Tensors of one kind that a launch takes at most: what a kernel is unrolled for.
const MOST: usize = 32;
/// Bindings that kernels need besides those of the tensors.
const OTHER_BINDINGS: usize = 2;
/// Threads of a cube.
const THREADS: u32 = 256;
/// Axes of a convolution's kernel.
const KERNEL_AXES: usize = 4;
/// Widest vectors: 16 bytes.
const LANES: usize = 4;

/// The tensor with its values side by side: kernels of convolutions channels last, as their gradients come and as
/// convolutions read them.
fn in_order<R: CubeRuntime>(tensor: CubeTensor<R>) -> CubeTensor<R> {
    let is_kernel = tensor.rank() == KERNEL_AXES;
    into_contiguous(if is_kernel { permute_nchw_to_nhwc(tensor) } else { tensor })
}

/// A tensor that was brought in order, with its axes as they were before.
fn with_axes<R: CubeRuntime>(tensor: CubeTensor<R>) -> CubeTensor<R> {
    if tensor.rank() == KERNEL_AXES { permute_nhwc_to_nchw(tensor) } else { tensor }
}

/// The tensor itself if nobody else holds its memory, which is then written in place.
fn owned<R: CubeRuntime>(tensor: CubeTensor<R>) -> CubeTensor<R> {
    if tensor.can_mut() { tensor } else { tensor.copy() }
}

/// Values of the vectors that cover a tensor of so many.
fn lanes(len: usize) -> usize {
    if len.is_multiple_of(LANES) { LANES } else { 1 }
}

/// Tensors of one kind that a launch takes on a device, with `kinds` of them.
fn most<R: CubeRuntime>(tensor: &CubeTensor<R>, kinds: usize) -> usize {
    let bindings = tensor.client.properties().hardware.max_bindings as usize;
    (bindings.saturating_sub(OTHER_BINDINGS) / kinds).clamp(1, MOST)
}

/// Places of tensors that a launch takes together, at most `most`: of like length, for they share a grid, and in
/// vectors of one width.
fn launches<R: CubeRuntime>(tensors: &[CubeTensor<R>], most: usize) -> Vec<Vec<usize>> {
    let len = |&index: &usize| tensors[index].meta.num_elements();
    let mut order: Vec<usize> = (0..tensors.len()).filter(|index| len(index) > 0).collect();
    order.sort_by_key(|index| (lanes(len(index)), len(index)));
    order
        .chunk_by(|a, b| lanes(len(a)) == lanes(len(b)))
        .flat_map(|alike| alike.chunks(most).map(<[usize]>::to_vec))
        .collect()
}
