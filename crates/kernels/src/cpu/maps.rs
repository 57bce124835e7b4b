//! Feature maps stored channels last, shown to the framework as `[batch, channels, height, width]`
//! tensors with permuted strides.

use super::simd::Element;
use std::marker::PhantomData;

use burn_backend::{Shape, TensorMetadata};
use burn_flex::{FlexTensor, Layout};

use super::memory::Buffer;
use super::parallel;

/// Values that a task copies at least.
const TASK_VALUES: usize = 32 * 1024;

/// Extent of feature maps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Extent {
    pub batch: usize,
    pub channels: usize,
    pub height: usize,
    pub width: usize,
}

impl Extent {
    pub fn of(tensor: &FlexTensor) -> Self {
        let [batch, channels, height, width] = tensor.shape().dims();
        Self { batch, channels, height, width }
    }

    /// Batch x height x width.
    pub fn pixels(&self) -> usize {
        self.product(&[self.batch, self.height, self.width])
    }

    pub fn len(&self) -> usize {
        self.product(&[self.batch, self.height, self.width, self.channels])
    }

    fn product(&self, sizes: &[usize]) -> usize {
        let product = sizes.iter().try_fold(1usize, |product, &size| product.checked_mul(size));
        product.unwrap_or_else(|| panic!("maps of {self:?} do not fit in memory"))
    }

    fn layout(&self, start: usize) -> Layout {
        let Self { batch, channels, height, width } = *self;
        let strides = [height * width * channels, 1, width * channels, channels];
        let strides = strides.map(|stride| stride as isize).to_vec();
        Layout::new(Shape::from([batch, channels, height, width]), strides, start)
    }
}

/// A tensor known to be stored channels last.
#[derive(Clone)]
pub(crate) struct Maps<E = f32> {
    tensor: FlexTensor,
    pub extent: Extent,
    values: PhantomData<E>,
}

impl<E: Element> Maps<E> {
    /// New maps of unspecified content.
    pub fn new(extent: Extent) -> Self {
        let bytes = Buffer::<E>::new(extent.len()).into_bytes();
        Self::of(FlexTensor::new(bytes, extent.layout(0), E::DTYPE), extent)
    }

    /// Takes a tensor over, copying it only if it is stored otherwise.
    pub fn from_tensor(tensor: FlexTensor) -> Self {
        let extent = Extent::of(&tensor);
        if is_channels_last(&tensor, &extent) {
            // Axes of one pixel may carry any stride; from here on they do not.
            let layout = extent.layout(tensor.layout().start_offset());
            return Self::of(tensor.with_layout(layout), extent);
        }
        let mut maps = Self::new(extent);
        transpose(&tensor, &extent, maps.as_mut_slice());
        maps
    }

    fn of(tensor: FlexTensor, extent: Extent) -> Self {
        Self { tensor, extent, values: PhantomData }
    }

    pub fn as_slice(&self) -> &[E] {
        let start = self.tensor.layout().start_offset();
        &self.tensor.storage()[start..start + self.extent.len()]
    }

    pub fn as_ptr(&self) -> *const E {
        self.as_slice().as_ptr()
    }

    /// The values of maps that nobody else holds.
    pub fn as_mut_slice(&mut self) -> &mut [E] {
        let start = self.tensor.layout().start_offset();
        &mut self.tensor.storage_mut()[start..start + self.extent.len()]
    }

    /// Whether nobody else holds these maps.
    pub fn is_unique(&self) -> bool {
        self.tensor.is_unique()
    }

    /// The tensor, stored channels last.
    pub fn into_tensor(self) -> FlexTensor {
        self.tensor
    }

    /// The tensor in the framework's own order, for what only plain operations will read.
    pub fn into_plain_tensor(self) -> FlexTensor {
        let Extent { batch, channels, height, width } = self.extent;
        let pixels = height * width;
        let mut plain = Buffer::<E>::new(self.extent.len());
        let shared = parallel::Shared((self.as_ptr(), plain.as_mut_slice().as_mut_ptr()));
        by_rows(&self.extent, |row| {
            let (picture, first) = (row / height, row % height * width);
            let (from, to) = shared.get();
            for channel in 0..channels {
                #[expect(unsafe_code, reason = "rows are written in parallel")]
                // SAFETY: both maps have these pixels and channels; tasks write disjoint rows.
                unsafe {
                    let from = from.add((picture * pixels + first) * channels + channel);
                    let to = to.add((picture * channels + channel) * pixels + first);
                    for x in 0..width {
                        *to.add(x) = *from.add(x * channels);
                    }
                }
            }
        });
        let shape = Shape::from([batch, channels, height, width]);
        FlexTensor::new(plain.into_bytes(), Layout::contiguous(shape), E::DTYPE)
    }
}

/// Where an elementwise operation reads and writes: in place if nobody else holds its input.
pub(crate) struct Place<E> {
    input: Option<Maps<E>>,
    pub result: Maps<E>,
}

impl<E: Element> Place<E> {
    pub fn of(input: Maps<E>) -> Self {
        if input.tensor.is_unique() {
            Self { input: None, result: input }
        } else {
            Self { result: Maps::new(input.extent), input: Some(input) }
        }
    }

    /// Where to read and where to write.
    pub fn pointers(&mut self) -> (*const E, *mut E) {
        let to = self.result.as_mut_slice().as_mut_ptr();
        (self.input.as_ref().map_or(to.cast_const(), Maps::as_ptr), to)
    }
}

fn is_channels_last(tensor: &FlexTensor, extent: &Extent) -> bool {
    let wanted = extent.layout(0);
    let shape = [extent.batch, extent.channels, extent.height, extent.width];
    let strides = tensor.layout().strides().iter().zip(wanted.strides()).zip(shape);
    strides.into_iter().all(|((have, want), len)| len == 1 || have == want)
}

/// Calls `copy` with every row of every picture, on all cores: many rows per task, for a row of a picture with three
/// channels is less work than handing it over.
fn by_rows(extent: &Extent, copy: impl Fn(usize) + Send + Sync) {
    let rows = extent.batch * extent.height;
    parallel::ranges(rows, extent.len() / TASK_VALUES + 1, 1, |rows| rows.for_each(&copy));
}

/// Copies a tensor of any strides to channels-last order.
fn transpose<E: Element>(tensor: &FlexTensor, extent: &Extent, to: &mut [E]) {
    let Extent { channels, height, width, .. } = *extent;
    let from: &[E] = tensor.storage();
    let strides = tensor.layout().strides();
    let [sn, sc, sy, sx] = [strides[0], strides[1], strides[2], strides[3]];
    let start = tensor.layout().start_offset() as isize;
    if extent.len() == 0 {
        return;
    }
    let to = parallel::Shared(to.as_mut_ptr());
    by_rows(extent, |row| {
        let (n, y) = (row / height, row % height);
        let origin = start + n as isize * sn + y as isize * sy;
        #[expect(unsafe_code, reason = "rows are written in parallel")]
        // SAFETY: row `row` of `to` belongs to this task alone and is `width * channels` long.
        let row = unsafe {
            std::slice::from_raw_parts_mut(to.get().add(row * width * channels), width * channels)
        };
        for (x, pixel) in row.chunks_exact_mut(channels).enumerate() {
            let origin = origin + x as isize * sx;
            for (c, value) in pixel.iter_mut().enumerate() {
                *value = from[(origin + c as isize * sc) as usize];
            }
        }
    });
}
