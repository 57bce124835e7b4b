//! Classification head: bottlenecks widen every branch, strided convolutions add each one to the next coarser, and
//! the mean over the picture is classified.
//!
//! Source: HRNet for image classification.

use burn::module::Module;
use burn::tensor::Tensor;
use burn::tensor::backend::Backend;
use scalenas_kernels::{Activation, KernelBackend};
use scalenas_space::SpaceSpec;
use scalenas_space::layers::ClassificationWidths;

use crate::files::parameters::Parameter;
use crate::layers::block::Bottleneck;
use crate::layers::initializer::Initializer;
use crate::layers::norms::Norms;
use crate::layers::pointwise::Pointwise;
use crate::layers::unit::{ConvNorm, UnitShape};

/// Classification head, the reference's `incre_modules`, `downsamp_modules`, `final_layer` and `classifier`.
#[derive(Module, Debug)]
pub(crate) struct ClassificationHead<B: Backend> {
    widen: Vec<Bottleneck<B>>,
    shrink: Vec<ConvNorm<B>>,
    last: ConvNorm<B>,
    classifier: Pointwise<B>,
}

impl<B: Backend> ClassificationHead<B> {
    pub fn new(initializer: &Initializer<'_, B>, space: &SpaceSpec, classes: usize) -> Self {
        let ClassificationWidths { bottlenecks, features } = ClassificationWidths::of(space);
        let unit = |[input, output]: [usize; 2], [kernel, stride]: [usize; 2], name: &str| {
            let shape = UnitShape { input, output, kernel, stride };
            let names = (format!("{name}.0"), format!("{name}.1"));
            ConvNorm::new(initializer, shape, names.0, names.1).with_bias(initializer)
        };
        let coarsest = bottlenecks.last().expect("a space has branches")[2];
        let widen = bottlenecks.iter().enumerate().map(|(branch, &widths)| {
            Bottleneck::new(initializer, widths, &format!("incre_modules.{branch}.0"))
        });
        let shrink = bottlenecks.windows(2).enumerate().map(|(branch, pair)| {
            unit([pair[0][2], pair[1][2]], [3, 2], &format!("downsamp_modules.{branch}"))
        });
        Self {
            widen: widen.collect(),
            shrink: shrink.collect(),
            last: unit([coarsest, features], [1, 1], "final_layer"),
            classifier: Pointwise::new(initializer, features, classes, "classifier"),
        }
    }

    pub fn for_each(&mut self, visit: &mut dyn FnMut(&str, Parameter<'_, B>)) {
        self.widen.iter_mut().for_each(|block| block.for_each(visit));
        self.shrink.iter_mut().for_each(|unit| unit.for_each(visit));
        self.last.for_each(visit);
        self.classifier.for_each(visit);
    }

    pub fn units<'a>(&'a self, out: &mut Vec<&'a ConvNorm<B>>) {
        self.widen.iter().for_each(|block| block.units(out));
        out.extend(&self.shrink);
        out.push(&self.last);
    }
}

impl<B: KernelBackend> ClassificationHead<B> {
    /// Branches, finest first, to `[batch, classes, 1, 1]`.
    pub fn forward(&self, branches: &[Tensor<B, 4>], norms: &mut Norms<'_, B>) -> Tensor<B, 4> {
        let mut wide = branches.iter().zip(&self.widen);
        let (finest, widen) = wide.next().expect("a space has branches");
        let mut x = widen.forward(finest.clone(), norms);
        for ((branch, widen), shrink) in wide.zip(&self.shrink) {
            let coarser = widen.forward(branch.clone(), norms);
            x = coarser + shrink.forward(x, Activation::Relu, norms);
        }
        let x = self.last.forward(x, Activation::Relu, norms);
        self.classifier.forward(x.mean_dim(3).mean_dim(2))
    }
}
