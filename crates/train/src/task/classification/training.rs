//! Training data of classification, and the targets of its batches.

use std::sync::Arc;

use burn::tensor::activation::log_softmax;
use burn::tensor::backend::Backend;
use burn::tensor::{Int, Tensor, TensorData};
use scalenas_data::classification::ClassificationBatch;
use scalenas_data::{ClassificationDataset, SkippedImage};
use scalenas_kernels::KernelBackend;
use scalenas_model::Prediction;

use crate::score::pictures::normalised;
use crate::task::interface;

/// Axis of the classes.
const CLASSES: usize = 1;

/// Views of pictures with their classes.
#[derive(Debug, Clone)]
pub struct Training {
    /// Pictures with their classes.
    pub dataset: Arc<ClassificationDataset>,
}

/// Classes of a batch of pictures.
#[derive(Debug, Clone)]
pub struct Target<B: Backend> {
    /// Class of every picture, `[batch]`.
    pub classes: Tensor<B, 1, Int>,
}

impl interface::TrainingData for Training {
    type Source = ClassificationDataset;
    type Target<B: KernelBackend> = Target<B>;

    const UNIT: &'static str = "pictures";

    fn source(&self) -> &Arc<ClassificationDataset> {
        &self.dataset
    }

    fn skipped(&self) -> Vec<SkippedImage> {
        self.dataset.skipped()
    }

    fn sample<B: KernelBackend>(
        &self,
        batch: &ClassificationBatch,
        device: &B::Device,
    ) -> (Tensor<B, 4>, Target<B>) {
        let images = normalised(&batch.images, batch.size, device);
        let classes: Vec<i64> = batch.classes.iter().map(|&class| class as i64).collect();
        let data = TensorData::new(classes, [batch.classes.len()]);
        (images, Target { classes: Tensor::from_data(data, device) })
    }
}

impl<B: KernelBackend> interface::Target<B> for Target<B> {
    /// Mean cross-entropy.
    fn loss(self, prediction: Prediction<B>) -> Tensor<B, 1> {
        let [batch, classes, ..] = prediction.coarse.dims();
        let logs = log_softmax(prediction.coarse.reshape([batch, classes]), CLASSES);
        logs.gather(CLASSES, self.classes.unsqueeze_dim(CLASSES)).mean().neg()
    }
}

#[cfg(test)]
mod tests {
    use burn::backend::Flex;
    use burn::backend::flex::FlexDevice;

    use super::interface::Target as _;
    use super::*;

    #[test]
    fn the_loss_is_the_mean_cross_entropy() {
        let scores = TensorData::new(vec![1.0f32, 2.0, -0.5, 0.25, 0.0, 3.0], [2, 3, 1, 1]);
        let coarse = Tensor::<Flex, 4>::from_data(scores, &FlexDevice);
        let classes = Tensor::from_data(TensorData::new(vec![0i64, 2], [2]), &FlexDevice);
        let loss = Target { classes }.loss(Prediction { coarse, fine: None });
        // log(e^1 + e^2 + e^-0.5) - 1 and log(e^0.25 + 1 + e^3) - 3, their mean.
        let first = (1f64.exp() + 2f64.exp() + (-0.5f64).exp()).ln() - 1.0;
        let second = (0.25f64.exp() + 1.0 + 3f64.exp()).ln() - 3.0;
        let expected = f64::midpoint(first, second);
        assert!((f64::from(loss.into_scalar()) - expected).abs() < 1e-6);
    }
}
