//! Networks as evaluation sees them: calibrated subnets, stand-alone networks, folded ones.

use std::ops::Range;

use burn::tensor::Tensor;
use burn::tensor::backend::Backend;
use scalenas_kernels::KernelBackend;
use scalenas_model::{InferenceNet, Prediction, ScaleNet};
use scalenas_space::{Head, SpaceSpec};

use crate::error::{Error, Result};

/// Network that predicts heatmaps or class scores.
pub trait Network<B: Backend>: Sync {
    /// Predicts `[batch, outputs, height / 4, width / 4]` from normalised pictures
    /// `[batch, 3, height, width]`.
    fn predict(&self, images: Tensor<B, 4>) -> Tensor<B, 4> {
        self.predict_all(images).coarse
    }

    /// Predicts like [`Network::predict`], with the finer maps of heads that have some.
    fn predict_all(&self, images: Tensor<B, 4>) -> Prediction<B>;
}

impl<B: KernelBackend> Network<B> for ScaleNet<B> {
    fn predict_all(&self, images: Tensor<B, 4>) -> Prediction<B> {
        ScaleNet::predict(self, images)
    }
}

impl<B: KernelBackend> Network<B> for InferenceNet<B> {
    fn predict_all(&self, images: Tensor<B, 4>) -> Prediction<B> {
        InferenceNet::predict(self, images)
    }
}

/// One head of a stand-alone network, which predicts all of its heads at once.
#[derive(Debug, Clone)]
pub struct SingleHead<N> {
    net: N,
    /// Channels of the head; `None` where it is the only one.
    channels: Option<Range<usize>>,
}

impl<N> SingleHead<N> {
    /// The head of a network of a space; `None` if the space has no such head.
    pub fn new(net: N, space: &SpaceSpec, head: Head) -> Option<Self> {
        let index = space.heads.iter().position(|&other| other == head)?;
        let first: usize = space.heads[..index].iter().map(|head| head.outputs()).sum();
        let channels = (space.heads.len() > 1).then(|| first..first + head.outputs());
        Some(Self { net, channels })
    }
}

impl<B: Backend, N: Network<B>> Network<B> for SingleHead<N> {
    fn predict_all(&self, images: Tensor<B, 4>) -> Prediction<B> {
        match &self.channels {
            Some(channels) => {
                self.net.predict(images).narrow(1, channels.start, channels.len()).into()
            }
            None => self.net.predict_all(images),
        }
    }
}

impl<B: Backend, N: Network<B>> Network<B> for &N {
    fn predict_all(&self, images: Tensor<B, 4>) -> Prediction<B> {
        (*self).predict_all(images)
    }
}

/// Copies a prediction to the host.
pub(crate) fn values<B: Backend>(prediction: Tensor<B, 4>) -> Result<Vec<f32>> {
    let data = prediction.into_data().convert::<f32>();
    data.to_vec()
        .map_err(|error| Error::file("read", "a prediction on the device", format!("{error:?}")))
}
