//! Pictures of few channels: all values that an output reads, side by side, so that its taps are one product.
//!
//! A product adds [`DEPTH`] inputs, of which a picture has three: tap by tap, nine tenths of it are zeros. Unfolded, the
//! 27 values of a 3x3 kernel fill one. A weight `[out, in, kernel, kernel]` is one of `[out, in x kernel x kernel, 1, 1]`
//! in memory, too.

use burn_backend::Shape;
use burn_flex::FlexTensor;
use burn_std::bf16;

use crate::cpu::conv::Conv;
use crate::cpu::maps::{Extent, Maps};
use crate::cpu::parallel;
use crate::cpu::simd::DEPTH;
use crate::types::ConvGeometry;

/// Whether all values that an output reads fit into one product.
pub(super) fn fits(conv: &Conv<'_>) -> bool {
    let [_, inputs, kernel, _] = conv.shape();
    kernel > 1 && inputs * kernel * kernel <= DEPTH
}

/// The weight for unfolded maps.
pub(super) fn weight(conv: &Conv<'_>) -> FlexTensor {
    let [outputs, inputs, kernel, _] = conv.shape();
    conv.weight.reshape(Shape::from([outputs, inputs * kernel * kernel, 1, 1]))
}

/// Values that every output of a forward pass reads: `[input][tap]`, then zeros up to [`DEPTH`].
pub(super) fn unfold(x: &Maps<bf16>, conv: &Conv<'_>, output: Extent) -> Maps<bf16> {
    let window = Window::new(conv, x.extent);
    let mut unfolded = Maps::new(Extent { channels: DEPTH, ..output });
    let pictures = x.as_slice();
    parallel::chunks(unfolded.as_mut_slice(), output.width * DEPTH, |line, to| {
        let (picture, row) = (line / output.height, line % output.height);
        let from = &x.extent;
        let picture = &pictures[picture * from.height * from.width * from.channels..];
        for (column, to) in to.chunks_exact_mut(DEPTH).enumerate() {
            window.copy(picture, [row, column], to);
        }
    });
    unfolded
}

/// Square of pixels under a kernel.
struct Window {
    from: Extent,
    kernel: usize,
    geometry: ConvGeometry,
    /// Where each value lies, counted from the first pixel of a square that is inside.
    offsets: Vec<usize>,
}

impl Window {
    fn new(conv: &Conv<'_>, from: Extent) -> Self {
        let [_, inputs, kernel, _] = conv.shape();
        let offset =
            |input: usize, tap: usize| (tap / kernel * from.width + tap % kernel) * inputs + input;
        let taps = || 0..kernel * kernel;
        let offsets = (0..inputs).flat_map(|input| taps().map(move |tap| offset(input, tap)));
        Self { from, kernel, geometry: conv.geometry, offsets: offsets.collect() }
    }

    /// Copies the values that the output at this row and column reads.
    fn copy(&self, picture: &[bf16], place: [usize; 2], to: &mut [bf16]) {
        let ConvGeometry { stride, padding } = self.geometry;
        let Extent { channels, height, width, .. } = self.from;
        let (values, rest) = to.split_at_mut(self.offsets.len());
        rest.fill(bf16::ZERO);
        let [top, left] = place.map(|place| (stride * place).wrapping_sub(padding));
        // Places before the first are beyond the last here.
        let is_inside = |first: usize, size| first < size && first + self.kernel <= size;
        if is_inside(top, height) && is_inside(left, width) {
            let square = &picture[(top * width + left) * channels..];
            for (value, &offset) in values.iter_mut().zip(&self.offsets) {
                *value = square[offset];
            }
            return;
        }
        let taps = self.kernel * self.kernel;
        for (index, value) in values.iter_mut().enumerate() {
            let (input, tap) = (index / taps, index % taps);
            let y = top.wrapping_add(tap / self.kernel);
            let x = left.wrapping_add(tap % self.kernel);
            let is_inside = y < height && x < width;
            *value =
                if is_inside { picture[(y * width + x) * channels + input] } else { bf16::ZERO };
        }
    }
}
