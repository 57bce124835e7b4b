//! Which input pixels meet which taps: convolutions and their data gradients as one loop.
//!
//! A sweep visits a regular grid of output pixels. Output `(start + step·j)` reads, for each tap,
//! the input pixel `(source_step·j + offset)`. A forward convolution is one sweep; the data
//! gradient of a convolution with stride `s` is `s·s` sweeps, one per remainder of the pixel's
//! position, each with the taps that can reach it.

use crate::types::ConvGeometry;

/// A tap of a sweep.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Tap {
    /// Row offset of the input pixel.
    pub y: isize,
    /// Column offset.
    pub x: isize,
    /// Index into the kernel.
    pub weight: usize,
}

/// Regular grid of output pixels and the taps that each of them reads.
#[derive(Debug, Clone)]
pub(crate) struct Sweep {
    /// First output pixel: row, column.
    pub start: [usize; 2],
    /// From one output pixel to the next.
    pub step: usize,
    /// Output pixels: rows, columns.
    pub count: [usize; 2],
    /// From one pixel's input to the next one's.
    pub source_step: usize,
    pub taps: Vec<Tap>,
}

/// Output extent of a convolution.
pub(crate) fn output_size(input: usize, kernel: usize, geometry: ConvGeometry) -> usize {
    (input + 2 * geometry.padding + 1).saturating_sub(kernel).div_ceil(geometry.stride)
}

/// The sweep of a forward convolution with a square kernel.
pub(crate) fn forward(kernel: usize, geometry: ConvGeometry, output: [usize; 2]) -> Sweep {
    let padding = geometry.padding as isize;
    let taps = taps(kernel, |ky, kx| Some([ky as isize - padding, kx as isize - padding]));
    Sweep { start: [0, 0], step: 1, count: output, source_step: geometry.stride, taps }
}

/// The sweeps of its data gradient, over input pixels of extent `input`.
pub(crate) fn backward(kernel: usize, geometry: ConvGeometry, input: [usize; 2]) -> Vec<Sweep> {
    let ConvGeometry { stride, padding } = geometry;
    let reach = |remainder: usize, k: usize| {
        let distance = (remainder + padding) as isize - k as isize;
        (distance.rem_euclid(stride as isize) == 0).then(|| distance.div_euclid(stride as isize))
    };
    let sweep = |remainder: usize| {
        let start = [remainder / stride, remainder % stride];
        Sweep {
            start,
            step: stride,
            count: [0, 1].map(|axis| input[axis].saturating_sub(start[axis]).div_ceil(stride)),
            source_step: 1,
            taps: taps(kernel, |ky, kx| Some([reach(start[0], ky)?, reach(start[1], kx)?])),
        }
    };
    (0..stride * stride).map(sweep).filter(|sweep| !sweep.count.contains(&0)).collect()
}

fn taps(kernel: usize, offset: impl Fn(usize, usize) -> Option<[isize; 2]>) -> Vec<Tap> {
    let tap =
        |weight: usize| offset(weight / kernel, weight % kernel).map(|[y, x]| Tap { y, x, weight });
    (0..kernel * kernel).filter_map(tap).collect()
}
