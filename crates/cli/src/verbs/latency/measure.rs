//! Milliseconds of single layers and of whole networks, with folded normalisation.

use std::time::Instant;

use anyhow::Result;
use burn::tensor::{DType, Distribution, Tensor};
use scalenas_base::Size;
use scalenas_kernels::{Activation, ConvGeometry, KernelBackend, ops, repeated};
use scalenas_model::{InferenceNet, Supernet};
use scalenas_space::layers::{ConvKind, Layer, Source};
use scalenas_space::{Architecture, SpaceSpec};

use super::arguments::Arguments;
use crate::error::user;
use crate::networks::step::{Repetitions, Step, median};

/// Calls before the clock starts: caches, tuning, page faults.
const WARM_UP: usize = 2;

/// Measurements of a space on a device.
pub struct Bench<'a, B: KernelBackend> {
    arguments: &'a Arguments,
    supernet: Supernet<B>,
    /// Normalised pictures `[batch, 3, height, width]`.
    images: Tensor<B, 4>,
    device: &'a B::Device,
}

impl<'a, B: KernelBackend> Bench<'a, B> {
    /// Measurements with random weights and pictures.
    pub fn new(
        arguments: &'a Arguments,
        space: &SpaceSpec,
        input: Size,
        device: &'a B::Device,
    ) -> Result<Self> {
        let precision = arguments.precision.precision();
        if !precision.fits::<B>(device) {
            let (format, device) = (arguments.precision.name(), arguments.device.choice);
            return Err(user(format!("--precision {format}: {device} has none; accepted: f32")));
        }
        let smallest = Architecture::smallest(space);
        let step =
            Step { space, architecture: &smallest, input, batch: arguments.batch, precision };
        let images = step.pictures::<B>(device);
        Ok(Self { arguments, supernet: Supernet::new(space, 0, device), images, device })
    }

    fn dtype(&self) -> DType {
        self.arguments.precision.precision().dtype()
    }

    /// Milliseconds of a convolution with its bias and activation. Those that only heads have, transposed ones and those
    /// over maps of several sizes, are left to whole networks.
    pub fn layer(&self, layer: &Layer) -> Result<f64> {
        if layer.kind == ConvKind::Transposed || layer.source == Source::Branches {
            return Ok(0.0);
        }
        let normal = Distribution::Normal(0.0, 1.0);
        let size = layer.size.times(layer.stride);
        let shape = [self.arguments.batch, layer.input, size.height, size.width];
        let x = Tensor::<B, 4>::random(shape, normal, self.device).cast(self.dtype());
        let weight = [layer.output, layer.input, layer.kernel, layer.kernel];
        let weight = Tensor::<B, 4>::random(weight, normal, self.device);
        let weight = ops::prepare_weight(weight, self.dtype());
        let bias = Tensor::<B, 1>::zeros([layer.output], self.device);
        let geometry = ConvGeometry { stride: layer.stride, padding: layer.kernel / 2 };
        let repetitions = Repetitions { warm_up: WARM_UP, counted: self.arguments.reps };
        let seconds = median::<B>(repetitions, self.device, || {
            let (x, weight, bias) = (x.clone(), weight.clone(), bias.clone());
            let _ = ops::conv_bias(x, weight, bias, None, Activation::Relu, geometry);
        })?;
        Ok(1e3 * seconds)
    }

    /// Milliseconds of networks. Each one is timed in turn with a reference, so that a machine that gets slower or
    /// faster meanwhile changes both.
    pub fn networks(
        &self,
        networks: &[Architecture],
        reference: &Architecture,
        done: impl Fn(usize),
    ) -> Result<Vec<f64>> {
        let reference = self.network(reference);
        let (mut ratios, mut references) = (Vec::new(), Vec::new());
        for (index, network) in networks.iter().enumerate() {
            let network = self.network(network);
            let (mut own, mut other) = (Vec::new(), Vec::new());
            for repetition in 0..WARM_UP + self.arguments.reps.max(1) {
                let times = [self.time(&network)?, self.time(&reference)?];
                if repetition >= WARM_UP {
                    own.push(times[0]);
                    other.push(times[1]);
                }
            }
            let (own, other) = (middle(&mut own), middle(&mut other));
            ratios.push(own / other);
            references.push(other);
            done(index + 1);
        }
        let unit = 1e3 * middle(&mut references);
        Ok(ratios.into_iter().map(|ratio| ratio * unit).collect())
    }

    fn network(&self, architecture: &Architecture) -> InferenceNet<B> {
        let statistics = self.supernet.initial_statistics(self.device);
        let plan = self.supernet.plan(architecture);
        let subnet = self.supernet.with_running_statistics(plan, &statistics);
        self.supernet.extract(architecture, &subnet).fold().with_format(self.dtype())
    }

    /// Seconds of one call.
    fn time(&self, network: &InferenceNet<B>) -> Result<f64> {
        let clock = Instant::now();
        repeated::<B, _, _>(self.device, (network, &self.images), |(network, images)| {
            let _ = network.forward(images.clone());
        });
        B::sync(self.device).map_err(|e| user(format!("the device failed: {e:?}")))?;
        Ok(clock.elapsed().as_secs_f64())
    }
}

fn middle(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
