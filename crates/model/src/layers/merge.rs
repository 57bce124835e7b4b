//! A 1x1 convolution of maps at several resolutions, concatenated at the finest.
//!
//! Interpolation and a 1x1 convolution commute: the one mixes pixels, the other channels. Every resolution is
//! convolved at its own size and the sums are interpolated, which takes a small part of the arithmetic.

use burn::tensor::Tensor;
use scalenas_kernels::{Activation, ConvGeometry, KernelBackend, ops};

/// Axis of channels, of maps and of the inputs of a weight.
const CHANNELS: usize = 1;

/// `activation(conv(maps) + bias)` at the size of the first maps; `weight` `[out, in, 1, 1]` takes the channels of all,
/// one after the other.
pub(crate) fn merge<B: KernelBackend>(
    maps: Vec<Tensor<B, 4>>,
    weight: &Tensor<B, 4>,
    bias: Option<Tensor<B, 1>>,
    activation: Activation,
) -> Tensor<B, 4> {
    let geometry = ConvGeometry { stride: 1, padding: 0 };
    let mut start = 0;
    let mut parts = maps.into_iter().map(|x| {
        let channels = x.dims()[CHANNELS];
        let own = weight.clone().narrow(CHANNELS, start, channels);
        start += channels;
        (x, own)
    });
    let (finest, own) = parts.next().expect("there is a finest resolution");
    let finest = match bias {
        Some(bias) => ops::conv_bias(finest, own, bias, None, Activation::Identity, geometry),
        None => ops::conv(finest, own, geometry),
    };
    let coarser = parts.map(|(x, own)| ops::conv(x, own, geometry)).collect();
    ops::blend(finest, coarser, activation)
}
