//! Feature maps stored channels last, seen by kernels as `[pixels, channels]`.

use burn_backend::{DType, Shape, TensorMetadata};
use burn_cubecl::kernel::into_contiguous;
use burn_cubecl::ops::numeric::empty_device_contiguous_dtype;
use burn_cubecl::ops::{permute_nchw_to_nhwc, permute_nhwc_to_nchw};
use burn_cubecl::tensor::CubeTensor;
use burn_cubecl::{CubeRuntime, cubecl};
use burn_std::{Metadata, strides};
use cubecl::prelude::TensorArg;

/// Widest vectors that kernels read: 16 bytes of float32.
const MOST_LANES: usize = 4;

/// Extent of feature maps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Extent {
    pub batch: usize,
    pub channels: usize,
    pub height: usize,
    pub width: usize,
}

impl Extent {
    pub fn of<R: CubeRuntime>(tensor: &CubeTensor<R>) -> Self {
        let [batch, channels, height, width] = tensor.shape().dims();
        Self { batch, channels, height, width }
    }

    pub fn pixels(&self) -> usize {
        self.batch * self.height * self.width
    }

    pub fn len(&self) -> usize {
        self.pixels() * self.channels
    }

    pub fn shape(&self) -> Shape {
        Shape::new([self.batch, self.channels, self.height, self.width])
    }
}

/// A tensor known to be stored channels last; devices may leave room after every pixel.
#[derive(Clone)]
pub(super) struct Maps<R: CubeRuntime> {
    tensor: CubeTensor<R>,
    pub extent: Extent,
    /// Values from one pixel to the next.
    pitch: usize,
}

impl<R: CubeRuntime> Maps<R> {
    /// Takes a tensor over, copying it only if it is stored otherwise.
    pub fn from_tensor(mut tensor: CubeTensor<R>) -> Self {
        let extent = Extent::of(&tensor);
        if let Some(pitch) = pitch(&tensor, &extent) {
            // Axes of one value may carry any stride, which would make vectors look misaligned.
            *tensor.meta = Metadata::new(extent.shape(), last_strides(&extent, pitch));
            return Self { tensor, extent, pitch };
        }
        let last = into_contiguous(permute_nchw_to_nhwc(tensor));
        Self { tensor: permute_nhwc_to_nchw(last), extent, pitch: extent.channels }
    }

    /// New maps on the device and in the number format of these.
    pub fn new_like(&self, extent: Extent) -> Self {
        let (client, device) = (self.tensor.client.clone(), self.tensor.device.clone());
        let shape = extent.shape();
        let mut tensor = empty_device_contiguous_dtype(client, device, shape, self.tensor.dtype);
        *tensor.meta = Metadata::new(extent.shape(), last_strides(&extent, extent.channels));
        Self { tensor, extent, pitch: extent.channels }
    }

    /// A new float32 tensor of this shape on the same device.
    pub fn vector<const D: usize>(&self, shape: [usize; D]) -> CubeTensor<R> {
        let (client, device) = (self.tensor.client.clone(), self.tensor.device.clone());
        empty_device_contiguous_dtype(client, device, Shape::new(shape), DType::F32)
    }

    pub fn tensor(&self) -> &CubeTensor<R> {
        &self.tensor
    }

    pub fn into_tensor(self) -> CubeTensor<R> {
        self.tensor
    }

    /// Kernel argument `[pixels, channels]`.
    pub fn arg(&self) -> TensorArg<R> {
        let mut rows = self.tensor.clone();
        let shape = Shape::new([self.extent.pixels(), self.extent.channels]);
        *rows.meta = Metadata::new(shape, strides![self.pitch, 1]);
        rows.into_tensor_arg()
    }

    /// Values of a vector: the most that divide channels and pitch.
    pub fn lanes(&self) -> usize {
        let divides = |lanes: &usize| {
            self.extent.channels.is_multiple_of(*lanes) && self.pitch.is_multiple_of(*lanes)
        };
        [MOST_LANES, 2].into_iter().find(divides).unwrap_or(1)
    }
}

/// The smallest vector of several maps, which are read together: of one extent and number format.
pub(super) fn common_lanes<R: CubeRuntime>(maps: &[&Maps<R>]) -> usize {
    for pair in maps.windows(2) {
        assert_eq!(pair[0].extent, pair[1].extent, "maps of different extents");
        assert_eq!(pair[0].tensor.dtype, pair[1].tensor.dtype, "maps of different number formats");
    }
    maps.iter().map(|maps| maps.lanes()).min().unwrap_or(1)
}

/// A new contiguous tensor of the same shape, number format and device.
pub(super) fn new_like<R: CubeRuntime>(tensor: &CubeTensor<R>) -> CubeTensor<R> {
    let (client, device) = (tensor.client.clone(), tensor.device.clone());
    empty_device_contiguous_dtype(client, device, tensor.shape(), tensor.dtype)
}

/// Strides of `[batch, channels, height, width]` over pixels that are `pitch` values apart.
fn last_strides(extent: &Extent, pitch: usize) -> burn_std::Strides {
    let Extent { height, width, .. } = *extent;
    strides![height * width * pitch, 1, width * pitch, pitch]
}

/// Values from one pixel to the next, if the tensor is stored channels last.
fn pitch<R: CubeRuntime>(tensor: &CubeTensor<R>, extent: &Extent) -> Option<usize> {
    let Extent { batch, channels, height, width } = *extent;
    let shape = [batch, channels, height, width];
    let have = tensor.meta.strides();
    // Axes of one value may carry any stride.
    let axis = [3, 2, 0].into_iter().find(|&axis| shape[axis] > 1);
    // Of pictures of one column, rows are a pixel apart; of one pixel, pictures are.
    let pitch = axis.map_or(channels, |axis| have[axis]);
    let want = last_strides(extent, pitch);
    let same = (0..4).all(|axis| shape[axis] == 1 || have[axis] == want[axis]);
    (same && pitch >= channels).then_some(pitch)
}
