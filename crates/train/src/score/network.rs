//! Anything that predicts from pictures: a calibrated subnet, a network of its own, a folded one.

use burn::tensor::Tensor;
use burn::tensor::backend::Backend;
use scalenas_kernels::KernelBackend;
use scalenas_model::{InferenceNet, Prediction, ScaleNet};

use crate::error::{Error, Result};

/// Something that predicts heatmaps or class scores.
pub trait Network<B: Backend> {
    /// Normalised pictures `[batch, 3, height, width]` to
    /// `[batch, joints or classes, height / 4, width / 4]`.
    fn predict(&self, images: Tensor<B, 4>) -> Tensor<B, 4> {
        self.predict_all(images).coarse
    }

    /// The same with the finer maps of heads that have some.
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

/// One task of a network with several: some of its channels.
#[derive(Debug, Clone)]
pub struct Part<N> {
    /// The network.
    pub net: N,
    /// First channel and number of channels.
    pub channels: (usize, usize),
}

impl<B: Backend, N: Network<B>> Network<B> for Part<N> {
    fn predict_all(&self, images: Tensor<B, 4>) -> Prediction<B> {
        let (first, count) = self.channels;
        self.net.predict(images).narrow(1, first, count).into()
    }
}

impl<B: Backend, N: Network<B>> Network<B> for &N {
    fn predict_all(&self, images: Tensor<B, 4>) -> Prediction<B> {
        (*self).predict_all(images)
    }
}

/// A prediction on the host.
pub(crate) fn values<B: Backend>(prediction: Tensor<B, 4>) -> Result<Vec<f32>> {
    let data = prediction.into_data().convert::<f32>();
    data.to_vec()
        .map_err(|error| Error::file("read", "a prediction on the device", format!("{error:?}")))
}
