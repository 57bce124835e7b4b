//! Normalisation of a batch whose parts lie on several devices: statistics and their gradients are those of the whole.

use std::fmt::Debug;
use std::sync::Arc;

use burn::tensor::backend::Backend;
use burn::tensor::ops::FloatTensor;
use burn::tensor::{Tensor, TensorData};

use crate::primitive::{lift, lower};

/// Devices that hold the parts of a batch, as one of them sees them.
///
/// Invariant: every device runs the same operations of a network in the same order.
pub trait Group: Debug + Send + Sync {
    /// A label for one operation: counted, and the same on every device.
    fn label(&self) -> u64;

    /// Sums values over all devices, in place. The values are of no use once a device is gone; whoever waits for the
    /// result of a step asks the group before it is used.
    fn sum(&self, label: u64, values: &mut [f64]);
}

/// Operation of a network that all devices of a group run together.
#[derive(Debug, Clone)]
pub(crate) struct Together {
    pub group: Arc<dyn Group>,
    /// The operation among those of the network.
    pub label: u64,
    /// Pixels of the whole batch; set by the forward pass.
    pub pixels: f64,
}

impl Together {
    /// The next operation.
    pub fn next(group: &Arc<dyn Group>) -> Self {
        Self { group: Arc::clone(group), label: group.label(), pixels: 0.0 }
    }

    /// Mean and biased variance `[channels]` of the whole batch, given those of the features here and their shape.
    pub fn moments<B: Backend>(
        &mut self,
        [batch, channels, height, width]: [usize; 4],
        part: [FloatTensor<B>; 2],
    ) -> [FloatTensor<B>; 2] {
        let (count, device) = ((batch * height * width) as f64, B::float_device(&part[0]));
        let [mean, variance] = part.map(values::<B>);
        // Sums of values and of their squares: in float64, what they lose is below float32's rounding.
        let squares = mean.iter().zip(&variance).map(|(mean, variance)| variance + mean * mean);
        let parts = mean.iter().copied().chain(squares).map(|value| value * count);
        let mut sums: Vec<f64> = parts.chain([count]).collect();
        self.group.sum(self.label, &mut sums);
        self.pixels = sums[2 * channels];
        let means = sums[..channels].iter().map(|sum| sum / self.pixels);
        let variances = sums[channels..2 * channels].iter().zip(means.clone());
        let variances = variances.map(|(sum, mean)| (sum / self.pixels - mean * mean).max(0.0));
        [vector::<B>(means.collect(), &device), vector::<B>(variances.collect(), &device)]
    }

    /// Sums `[channels]` of both vectors over the whole batch.
    pub fn sums<B: Backend>(&self, parts: [FloatTensor<B>; 2]) -> [FloatTensor<B>; 2] {
        let device = B::float_device(&parts[0]);
        let [mut first, second] = parts.map(values::<B>);
        let channels = first.len();
        first.extend(second);
        self.group.sum(self.label | BACKWARD, &mut first);
        let second = first.split_off(channels);
        [first, second].map(|values| vector::<B>(values, &device))
    }
}

/// Marks the label of an operation in the backward pass.
const BACKWARD: u64 = 1 << 63;

fn values<B: Backend>(tensor: FloatTensor<B>) -> Vec<f64> {
    lift::<B, 1>(tensor).into_data().iter::<f64>().collect()
}

fn vector<B: Backend>(values: Vec<f64>, device: &B::Device) -> FloatTensor<B> {
    let values: Vec<f32> = values.into_iter().map(|value| value as f32).collect();
    let length = values.len();
    lower(Tensor::<B, 1>::from_data(TensorData::new(values, [length]), device))
}
