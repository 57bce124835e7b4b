//! One residual block of a branch on a GPU, forward and backward: with the kernels of this crate, and
//! composed of the framework's operations.
//!
//! ```text
//! cargo run --release -p scalenas-kernels --features wgpu --example block -- own between 32 64 48
//! cargo run --release -p scalenas-kernels --features wgpu --example block -- composed between 32 64 48
//! ```
//! prints the median seconds of what stands between convolutions; `block` instead of `between` takes
//! the convolutions along. The framework counts launches, with a file `cubecl.toml` that says
//! `profiling.logger = { level = "minimal", file = "launches.log" }`.

use std::error::Error;
use std::time::Instant;

use burn::backend::Wgpu;
use burn::tensor::backend::Backend;
use burn::tensor::ops::{FloatTensor, FloatTensorOps};
use burn::tensor::{Distribution, Tensor, TensorPrimitive};
use scalenas_kernels::reference::{self, gradient};
use scalenas_kernels::{Activation, ConvGeometry, KernelBackend, NormState, Origin};

type B = Wgpu;
type Features = FloatTensor<B>;

const BATCH: usize = 8;
const EPSILON: f64 = 1e-5;
const GEOMETRY: ConvGeometry = ConvGeometry { stride: 1, padding: 1 };

fn lift<const D: usize>(x: Features) -> Tensor<B, D> {
    Tensor::from_primitive(TensorPrimitive::Float(x))
}

fn lower<const D: usize>(x: Tensor<B, D>) -> Features {
    x.into_primitive().tensor()
}

fn random<const D: usize>(shape: [usize; D]) -> Features {
    lower(Tensor::<B, D>::random(shape, Distribution::Normal(0.0, 1.0), &Default::default()))
}

/// Whose operations compute.
#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Own,
    Composed,
}

/// Variant of the block that is measured.
#[derive(Clone, Copy, PartialEq)]
enum Part {
    /// All of it.
    Block,
    /// Everything but the convolutions.
    Between,
}

/// A block, or what stands between its convolutions.
#[derive(Clone, Copy)]
struct Program {
    kind: Kind,
    part: Part,
}

/// Weights of one half of a block.
#[derive(Clone)]
struct Half {
    kernel: Features,
    scale: Features,
    shift: Features,
}

impl Program {
    fn conv(self, x: &Features, weight: &Features) -> Features {
        match (self.part, self.kind) {
            (Part::Between, _) => x.clone(),
            (Part::Block, Kind::Own) => B::conv(x.clone(), weight.clone(), GEOMETRY),
            (Part::Block, Kind::Composed) => {
                lower(reference::conv::<B>(lift(x.clone()), lift(weight.clone()), GEOMETRY))
            }
        }
    }

    /// Output and what its gradient needs.
    fn norm(
        self,
        x: Features,
        half: &Half,
        residual: Option<Features>,
    ) -> (Features, NormState<B>) {
        let relu = Activation::Relu;
        let (w, b) = (half.scale.clone(), half.shift.clone());
        let has_residual = residual.is_some();
        let (y, mean, variance) = match self.kind {
            Kind::Own => {
                let norm = B::norm_batch(x.clone(), w.clone(), b.clone(), EPSILON, residual, relu);
                (norm.output, norm.mean, norm.variance)
            }
            Kind::Composed => {
                let (x, w, b) = (lift(x.clone()), lift(w.clone()), lift(b.clone()));
                let (y, mean, variance) =
                    reference::norm_batch::<B>(x, w, b, EPSILON, residual.map(lift), relu);
                (lower(y), lower(mean), lower(variance))
            }
        };
        let state = NormState {
            x,
            weight: w,
            bias: b,
            mean,
            variance,
            epsilon: EPSILON,
            origin: Origin::Batch,
            activation: relu,
            output: has_residual.then(|| y.clone()),
        };
        (y, state)
    }

    fn norm_gradient(self, state: NormState<B>, dy: Features) -> (Features, Option<Features>) {
        let gradients = match self.kind {
            Kind::Own => B::norm_gradient(state, dy),
            Kind::Composed => gradient::norm::<B>(state, dy),
        };
        (gradients.x, gradients.residual)
    }

    /// Gradient of the input, added to `sum`; that of the weight is computed too.
    fn conv_gradient(
        self,
        x: &Features,
        weight: &Features,
        dy: Features,
        sum: Option<Features>,
    ) -> Features {
        let (x, w) = (x.clone(), weight.clone());
        match (self.part, self.kind) {
            (Part::Between, kind) => match (sum, kind) {
                (None, _) => dy,
                (Some(sum), Kind::Own) => B::add_gradients(sum, dy),
                (Some(sum), Kind::Composed) => B::float_add(sum, dy),
            },
            (Part::Block, Kind::Own) => {
                let _ = B::conv_weight_gradient(x.clone(), w.clone(), dy.clone(), GEOMETRY);
                B::conv_input_gradient(x, w, dy, GEOMETRY, sum)
            }
            (Part::Block, Kind::Composed) => {
                let _ = gradient::conv_weight::<B>(x.clone(), w.clone(), dy.clone(), GEOMETRY);
                gradient::conv_input::<B>(x, w, dy, GEOMETRY, sum)
            }
        }
    }

    /// Forward and backward; the gradient of the input.
    fn block(self, x: &Features, halves: &[Half; 2], dy: &Features) -> Features {
        let [first, second] = halves;
        let a = self.conv(x, &first.kernel);
        let (b, first_state) = self.norm(a, first, None);
        let c = self.conv(&b, &second.kernel);
        let (_, second_state) = self.norm(c, second, Some(x.clone()));
        let (dc, residual) = self.norm_gradient(second_state, dy.clone());
        let db = self.conv_gradient(&b, &second.kernel, dc, None);
        let (da, _) = self.norm_gradient(first_state, db);
        self.conv_gradient(x, &first.kernel, da, residual)
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let usage = "usage: block own|composed block|between CHANNELS HEIGHT WIDTH [ROUNDS]";
    let word = |index: usize| arguments.get(index).map(String::as_str);
    let number = |index: usize| word(index).and_then(|text| text.parse().ok());
    let kind = match word(0) {
        Some("own") => Kind::Own,
        Some("composed") => Kind::Composed,
        _ => return Err(usage.into()),
    };
    let part = match word(1) {
        Some("block") => Part::Block,
        Some("between") => Part::Between,
        _ => return Err(usage.into()),
    };
    let (Some(channels), Some(height), Some(width)) = (number(2), number(3), number(4)) else {
        return Err(usage.into());
    };
    // As blocks and convolutions leave their features: channels last.
    let features = || {
        let last = lift::<4>(random([BATCH, height, width, channels]));
        lower(last.permute([0, 3, 1, 2]))
    };
    let half = || Half {
        kernel: random([channels, channels, 3, 3]),
        scale: random([channels]),
        shift: random([channels]),
    };
    let program = Program { kind, part };
    let (x, halves, dy) = (features(), [half(), half()], features());
    let mut seconds = Vec::new();
    for _ in 0..number(5).unwrap_or(9) {
        let clock = Instant::now();
        let _ = program.block(&x, &halves, &dy);
        B::sync(&Default::default())?;
        seconds.push(clock.elapsed().as_secs_f64());
    }
    seconds.sort_by(f64::total_cmp);
    println!("{:.4}", seconds[seconds.len() / 2]);
    Ok(())
}
