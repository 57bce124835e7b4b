//! Layers of stem, transitions, blocks and fusion edges under their PyTorch checkpoint names.

use super::geometry::Geometry;
use super::layer::{ConvKind, Layer, Source, Tail};

impl Geometry<'_> {
    pub fn stem(&self) -> Vec<Layer> {
        let stem = &self.spec.stem;
        let unit = |name: &str, input, output, kernel, stride, size| Layer {
            name: name.to_owned(),
            input,
            output,
            kernel,
            stride,
            size,
            tail: Tail::Norm,
            kind: ConvKind::Plain,
            source: Source::One,
        };
        let half = self.size.times(2);
        let mut layers = vec![
            unit("conv1", 3, stem.channels, 3, 2, half),
            unit("conv2", stem.channels, stem.channels, 3, 2, self.size),
        ];
        let (middle, wide) = (stem.bottleneck_channels, self.spec.stem_output());
        for k in 0..stem.bottlenecks {
            let input = if k == 0 { stem.channels } else { wide };
            let name = |part: &str| format!("layer1.{k}.{part}");
            layers.push(unit(&name("conv1"), input, middle, 1, 1, self.size));
            layers.push(unit(&name("conv2"), middle, middle, 3, 1, self.size));
            layers.push(unit(&name("conv3"), middle, wide, 1, 1, self.size));
            if input != wide {
                layers.push(unit(&name("downsample.0"), input, wide, 1, 1, self.size));
            }
        }
        layers
    }

    /// Layers that start the used ones of the new branches of a stage.
    pub fn transition(&self, stage: usize, used: &[bool]) -> Vec<Layer> {
        let old = if stage == 0 { 0 } else { self.spec.stages[stage - 1].branches };
        let new = (old..self.spec.stages[stage].branches).filter(|&branch| used[branch]);
        new.map(|branch| Layer {
            name: match (stage, branch) {
                (0, 0) => "transition1.0.0".to_owned(),
                _ => format!("transition{}.{branch}.0.0", stage + 1),
            },
            input: if stage == 0 { self.spec.stem_output() } else { self.spec.widths[branch - 1] },
            output: self.spec.widths[branch],
            kernel: 3,
            stride: if branch == 0 { 1 } else { 2 },
            size: self.size_of(branch),
            tail: Tail::Norm,
            kind: ConvKind::Plain,
            source: Source::One,
        })
        .collect()
    }

    pub fn block(&self, branch: usize, name: &str) -> [Layer; 2] {
        let width = self.spec.widths[branch];
        let unit = |k: usize| Layer {
            name: format!("{name}.conv{k}"),
            input: width,
            output: width,
            kernel: 3,
            stride: 1,
            size: self.size_of(branch),
            tail: Tail::Norm,
            kind: ConvKind::Plain,
            source: Source::One,
        };
        [unit(1), unit(2)]
    }

    pub fn edge(&self, target: usize, source: usize, name: &str) -> Vec<Layer> {
        let (input, last) = (self.spec.widths[source], self.spec.widths[target]);
        if source > target {
            return vec![Layer {
                name: format!("{name}.0"),
                input,
                output: last,
                kernel: 1,
                stride: 1,
                size: self.size_of(source),
                tail: Tail::Norm,
                kind: ConvKind::Plain,
                source: Source::One,
            }];
        }
        let count = target - source;
        let unit = |k: usize| Layer {
            name: format!("{name}.{k}.0"),
            input,
            output: if k + 1 == count { last } else { input },
            kernel: 3,
            stride: 2,
            size: self.size_of(source + k + 1),
            tail: Tail::Norm,
            kind: ConvKind::Plain,
            source: Source::One,
        };
        (0..count).map(unit).collect()
    }
}
