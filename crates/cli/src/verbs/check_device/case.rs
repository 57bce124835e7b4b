//! Operations of a space: every convolution, normalisation and sum of maps of its largest network and the loss of its
//! labels, each shape once.

use std::collections::BTreeSet;
use std::fmt;

use anyhow::Result;
use scalenas_base::Size;
use scalenas_space::layers::{ConvKind, Layer, Source, Tail, layers};
use scalenas_space::plan::Reach;
use scalenas_space::{Architecture, SpaceSpec};

/// Stride of the finest branch.
const FINEST_STRIDE: usize = 4;

/// Operation with its shape for one picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Case {
    /// A convolution.
    Conv { input: usize, output: usize, kernel: usize, stride: usize, size: Size },
    /// Normalisation with the batch's statistics, a residual and ReLU.
    Norm { channels: usize, size: Size },
    /// Sum of a feature map and one of a coarser branch, smaller by `factor`.
    Fuse { channels: usize, size: Size, factor: usize },
    /// Sum of a feature map and an interpolated one of a coarser branch.
    Blend { channels: usize, size: Size, factor: usize },
    /// Log-likelihood of labels of this size by scores that are smaller by `factor`.
    Likelihood { classes: usize, size: Size, factor: usize },
}

impl fmt::Display for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Conv { input, output, kernel, stride, size } => {
                write!(f, "conv {kernel}x{kernel}/{stride} {input} to {output}, {size}")
            }
            Self::Norm { channels, size } => {
                write!(f, "norm {channels}, {size}")
            }
            Self::Fuse { channels, size, factor } => {
                write!(f, "fusion {channels}, {size}, {factor} times")
            }
            Self::Blend { channels, size, factor } => {
                write!(f, "interpolation {channels}, {size}, {factor} times")
            }
            Self::Likelihood { classes, size, factor } => {
                write!(f, "log-likelihood of {classes} classes, {size}, {factor} times")
            }
        }
    }
}

/// All operations for pictures of `input` (height, width).
pub(super) fn all(space: &SpaceSpec, input: Size) -> Result<Vec<Case>> {
    let largest = Architecture::largest(space);
    let mut cases = BTreeSet::new();
    let all = layers(space, &largest, input, Reach::Live)?;
    for (index, layer) in all.iter().enumerate() {
        match layer.source {
            Source::One => drop(cases.insert(convolution(layer))),
            // The next layer scores every pixel.
            Source::Branches => {
                cases.extend(merged(space, layer));
                cases.extend(all.get(index + 1).map(|scores| labelled(scores, input)));
            }
        }
        if layer.tail != Tail::Bias {
            cases.insert(Case::Norm { channels: layer.output, size: layer.size });
        }
    }
    let finest = input.divided(FINEST_STRIDE);
    for (branch, &channels) in space.widths.iter().enumerate() {
        let size = finest.divided(1 << branch);
        for coarser in branch + 1..space.widths.len() {
            cases.insert(Case::Fuse { channels, size, factor: 1 << (coarser - branch) });
        }
    }
    Ok(cases.into_iter().collect())
}

/// Loss of labels of this size by the scores that a layer makes.
fn labelled(scores: &Layer, size: Size) -> Case {
    let factor = size.height / scores.size.height;
    Case::Likelihood { classes: scores.output, size, factor }
}

/// Operations that run for a layer which reads all branches.
fn merged(space: &SpaceSpec, layer: &Layer) -> Vec<Case> {
    let &Layer { output, kernel, stride, size, .. } = layer;
    let of_branch = |(branch, &input): (usize, &usize)| {
        let own = size.divided(1 << branch);
        let blend = Case::Blend { channels: output, size, factor: 1 << branch };
        let conv = Case::Conv { input, output, kernel, stride, size: own };
        [conv].into_iter().chain((branch > 0).then_some(blend))
    };
    space.widths.iter().enumerate().flat_map(of_branch).collect()
}

/// Convolution that runs for a layer; `size` is that of its input.
fn convolution(layer: &Layer) -> Case {
    let &Layer { input, output, kernel, stride, size, .. } = layer;
    match layer.kind {
        ConvKind::Plain => Case::Conv { input, output, kernel, stride, size: size.times(stride) },
        // A transposed convolution runs as a plain one with the outputs of four pixels side by side.
        ConvKind::Transposed => {
            let output = output * stride * stride;
            let size = size.divided(stride);
            Case::Conv { input, output, kernel: 3, stride: 1, size }
        }
    }
}
