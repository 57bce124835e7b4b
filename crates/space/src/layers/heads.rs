//! Layers of the heads under their PyTorch checkpoint names.

use super::geometry::Geometry;
use super::layer::{ConvKind, Layer, Source, Tail};
use crate::spec::Head;

/// Number of residual blocks after the transposed convolution of the bottom-up head.
pub const BOTTOM_UP_BLOCKS: usize = 4;

impl Geometry<'_> {
    /// Layers of all heads, in their order.
    pub fn heads(&self) -> Vec<Layer> {
        self.spec.heads.iter().flat_map(|&head| self.layers_of(head)).collect()
    }

    fn layers_of(&self, head: Head) -> Vec<Layer> {
        let first = self.spec.widths[0];
        match head {
            Head::TopDown { joints } => {
                vec![self.pointwise("final_layer", first, joints, Tail::Bias)]
            }
            Head::BottomUp { joints } => self.bottom_up(first, joints),
            Head::Classification { classes } => self.classification(classes),
            Head::Segmentation { classes } => {
                let sum = self.spec.widths.iter().sum();
                let merge = self.pointwise("last_layer.0", sum, sum, Tail::BiasNorm);
                vec![
                    Layer { source: Source::Branches, ..merge },
                    self.pointwise("last_layer.3", sum, classes, Tail::Bias),
                ]
            }
        }
    }

    fn bottom_up(&self, width: usize, joints: usize) -> Vec<Layer> {
        let fine = self.size.times(2);
        let coarse = self.pointwise("final_layers.0", width, 2 * joints, Tail::Bias);
        let mut layers = vec![coarse];
        layers.push(Layer {
            name: "deconv_layers.0.0.0".to_owned(),
            input: width + 2 * joints,
            output: width,
            kernel: 4,
            stride: 2,
            size: fine,
            tail: Tail::Norm,
            kind: ConvKind::Transposed,
            source: Source::One,
        });
        for block in 1..=BOTTOM_UP_BLOCKS {
            layers.extend([1, 2].map(|k| Layer {
                name: format!("deconv_layers.0.{block}.0.conv{k}"),
                kernel: 3,
                size: fine,
                ..self.pointwise("", width, width, Tail::Norm)
            }));
        }
        let last = self.pointwise("final_layers.1", width, joints, Tail::Bias);
        layers.push(Layer { size: fine, ..last });
        layers
    }

    pub(super) fn pointwise(&self, name: &str, input: usize, output: usize, tail: Tail) -> Layer {
        Layer {
            name: name.to_owned(),
            input,
            output,
            kernel: 1,
            stride: 1,
            size: self.size,
            tail,
            kind: ConvKind::Plain,
            source: Source::One,
        }
    }
}
