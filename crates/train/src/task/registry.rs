//! Registry of the tasks: one line per task, and the closed enums that dispatch to its room.
//!
//! A room provides `Training`, `Target` and `HeldOut`, which implement the traits of
//! [`super::interface`]; the line's name is the variant of [`Head`] that the task learns.

use burn::tensor::Tensor;
use burn::tensor::backend::Backend;
use scalenas_data::{BatchSource, LoaderConfig, SkippedImage};
use scalenas_kernels::KernelBackend;
use scalenas_model::Prediction;
use scalenas_space::Head;

use super::interface::{Batches, HeldOutData, Target as _, TrainingData};
use super::{bottom_up, classification, segmentation, top_down};
use crate::error::Result;
use crate::score::grade::{Figure, Grade};
use crate::score::network::Network;

/// Declares the enums of all tasks.
macro_rules! tasks {
    ($($(#[$doc:meta])* $task:ident => $room:ident,)+) => {
        /// Training data of a task.
        #[derive(Debug, Clone)]
        pub enum TrainingSet {
            $($(#[$doc])* $task($room::Training),)+
        }

        impl TrainingSet {
            /// Whether a head learns from this data.
            pub fn serves(&self, head: Head) -> bool {
                match self {
                    $(Self::$task(_) => matches!(head, Head::$task { .. }),)+
                }
            }

            /// Samples of an epoch.
            pub fn samples(&self) -> usize {
                match self {
                    $(Self::$task(data) => data.source().samples(),)+
                }
            }

            /// Plural noun of the samples in messages.
            pub fn unit(&self) -> &'static str {
                match self {
                    $(Self::$task(_) => <$room::Training as TrainingData>::UNIT,)+
                }
            }

            /// Pictures left out so far.
            pub fn skipped(&self) -> Vec<SkippedImage> {
                match self {
                    $(Self::$task(data) => data.skipped(),)+
                }
            }

            /// Starts the threads that make batches.
            pub(crate) fn load(&self, config: LoaderConfig) -> Result<TaskBatches> {
                Ok(match self {
                    $(Self::$task(data) => TaskBatches::$task(Batches::load(data, config)?),)+
                })
            }
        }

        /// Batches of (a part of) an epoch of one task.
        pub(crate) enum TaskBatches {
            $($task(Batches<$room::Training>),)+
        }

        impl TaskBatches {
            /// The next batch on the device: normalised pictures `[batch, 3, height, width]` and
            /// targets.
            pub fn next<B: KernelBackend>(
                &mut self,
                device: &B::Device,
            ) -> Option<Result<(Tensor<B, 4>, Target<B>)>> {
                match self {
                    $(Self::$task(batches) => {
                        let sample = batches.next(device)?;
                        Some(sample.map(|(images, target)| (images, Target::$task(target))))
                    })+
                }
            }

            /// Number within the epoch of the batch that comes next.
            pub fn iteration(&self) -> usize {
                match self {
                    $(Self::$task(batches) => batches.iteration(),)+
                }
            }
        }

        /// Targets of a batch.
        #[derive(Debug, Clone)]
        pub enum Target<B: Backend> {
            $($(#[$doc])* $task($room::Target<B>),)+
        }

        impl<B: KernelBackend> Target<B> {
            /// Loss of a prediction; `[1]`.
            pub fn loss(self, prediction: Prediction<B>) -> Tensor<B, 1> {
                match self {
                    $(Self::$task(target) => target.loss(prediction),)+
                }
            }
        }

        /// Held-out data of a task with the way to score networks on it.
        #[derive(Clone)]
        pub enum HeldOut {
            $($(#[$doc])* $task($room::HeldOut),)+
        }

        impl HeldOut {
            /// Samples to predict.
            pub fn samples(&self) -> usize {
                match self {
                    $(Self::$task(held_out) => held_out.samples(),)+
                }
            }

            /// Pictures left out so far.
            pub fn skipped(&self) -> Vec<SkippedImage> {
                match self {
                    $(Self::$task(held_out) => held_out.skipped(),)+
                }
            }

            /// One in `parts` of the pictures; all of them where a part has no samples.
            #[must_use]
            pub fn part(&self, parts: usize) -> Self {
                let part = match self {
                    $(Self::$task(held_out) => held_out.part(parts).map(Self::$task),)+
                };
                part.unwrap_or_else(|| self.clone())
            }

            /// Predicts all samples with a network and scores the predictions.
            pub fn grade<B: KernelBackend>(
                &self,
                net: &impl Network<B>,
                device: &B::Device,
            ) -> Result<Grade> {
                match self {
                    $(Self::$task(held_out) => held_out.grade(net, device),)+
                }
            }

            /// Ranking figure of a network on every resampled set of the pictures.
            pub fn resampled<B: KernelBackend>(
                &self,
                net: &impl Network<B>,
                device: &B::Device,
            ) -> Result<Vec<f64>> {
                match self {
                    $(Self::$task(held_out) => held_out.resampled(net, device),)+
                }
            }
        }

        impl Figure {
            /// Figure that networks are ranked by for a head.
            pub fn of_head(head: Head) -> Self {
                match head {
                    $(Head::$task { .. } => <$room::HeldOut as HeldOutData>::FIGURE,)+
                }
            }
        }
    };
}

tasks! {
    /// Heatmaps of the joints of one person per crop.
    TopDown => top_down,
    /// Heatmaps and tags of the joints of all people in a picture.
    BottomUp => bottom_up,
    /// Class of every pixel of a picture.
    Segmentation => segmentation,
    /// Class of a picture.
    Classification => classification,
}
