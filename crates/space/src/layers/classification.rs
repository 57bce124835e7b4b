//! Layers of the classification head: bottlenecks widen every branch, strided convolutions add each one to
//! the next coarser, and the mean over the coarsest picture is classified.
//!
//! Source: HRNet for image classification (`incre_modules`, `downsamp_modules`, `final_layer`, `classifier`),
//! which has one head for branches of 18 channels and more; narrower spaces have a narrower head.

use scalenas_base::Size;

use super::geometry::Geometry;
use super::layer::{Layer, Tail};
use crate::spec::SpaceSpec;

/// Inner width of the first bottleneck in the published head.
const PUBLISHED: usize = 32;
/// Width of the finest branch from which on the head is the published one.
const PUBLISHED_FROM: usize = 18;
/// Outer width of a bottleneck, in inner widths.
const EXPANSION: usize = 4;
/// Features in front of the classifier, in inner widths of the first bottleneck.
const FEATURES: usize = 64;

/// Channels of the classification head.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClassificationWidths {
    /// Input, inner and outer width of the bottleneck of each branch, finest first.
    pub bottlenecks: Vec<[usize; 3]>,
    /// Features that classes are computed from.
    pub features: usize,
}

impl ClassificationWidths {
    /// Widths of the head over a backbone.
    pub fn of(spec: &SpaceSpec) -> Self {
        let finest = spec.widths[0];
        let first = if finest < PUBLISHED_FROM { finest } else { PUBLISHED };
        let of_branch = |(branch, &width): (usize, &usize)| {
            let inner = first << branch;
            [width, inner, inner * EXPANSION]
        };
        let bottlenecks = spec.widths.iter().enumerate().map(of_branch).collect();
        Self { bottlenecks, features: first * FEATURES }
    }
}

impl Geometry<'_> {
    pub(super) fn classification(&self, classes: usize) -> Vec<Layer> {
        let ClassificationWidths { bottlenecks, features } = ClassificationWidths::of(self.spec);
        let mut layers = Vec::new();
        for (branch, &[input, inner, outer]) in bottlenecks.iter().enumerate() {
            let unit = |part: &str, input, output, kernel| Layer {
                kernel,
                size: self.size_of(branch),
                ..self.pointwise(
                    &format!("incre_modules.{branch}.0.{part}"),
                    input,
                    output,
                    Tail::Norm,
                )
            };
            layers.push(unit("conv1", input, inner, 1));
            layers.push(unit("conv2", inner, inner, 3));
            layers.push(unit("conv3", inner, outer, 1));
            if input != outer {
                layers.push(unit("downsample.0", input, outer, 1));
            }
        }
        for (branch, pair) in bottlenecks.windows(2).enumerate() {
            let name = format!("downsamp_modules.{branch}.0");
            layers.push(Layer {
                kernel: 3,
                stride: 2,
                size: self.size_of(branch + 1),
                ..self.pointwise(&name, pair[0][2], pair[1][2], Tail::BiasNorm)
            });
        }
        let coarsest = bottlenecks.len() - 1;
        let last =
            self.pointwise("final_layer.0", bottlenecks[coarsest][2], features, Tail::BiasNorm);
        layers.push(Layer { size: self.size_of(coarsest), ..last });
        let classifier = self.pointwise("classifier", features, classes, Tail::Bias);
        layers.push(Layer { size: Size::square(1), ..classifier });
        layers
    }
}

#[cfg(test)]
mod tests {
    use scalenas_base::Size;

    use super::*;

    #[test]
    fn the_published_head_has_its_published_size() {
        let space = SpaceSpec::classification(32, 1000);
        let geometry = Geometry::new(&space, Size::square(224)).expect("an input");
        let layers = geometry.classification(1000);
        let parameters = |start: &str| -> u64 {
            layers.iter().filter(|l| l.name.starts_with(start)).map(Layer::parameters).sum()
        };
        // 1000 classes from 2048 features.
        assert_eq!(parameters("classifier"), 2048 * 1000 + 1000);
        // 1x1 with bias and normalisation, from 1024 to 2048.
        assert_eq!(parameters("final_layer"), 1024 * 2048 + 3 * 2048);
        assert_eq!(parameters("downsamp_modules.0"), 9 * 128 * 256 + 3 * 256);
        let bottleneck = 32 * 32 + 9 * 32 * 32 + 32 * 128 + 32 * 128 + 2 * (32 + 32 + 128 + 128);
        assert_eq!(parameters("incre_modules.0"), bottleneck);
        assert_eq!(layers.last().map(Layer::macs), Some(2048 * 1000));
    }
}
