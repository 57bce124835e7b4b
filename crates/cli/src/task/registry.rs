//! Registry of the tasks: one line per task.

use anyhow::Result;
use scalenas_kernels::KernelBackend;
use scalenas_report::Sample;
use scalenas_space::Head;
use scalenas_train::{CalibratedSubnet, HeldOut, Network, TrainingSet};

use super::infer::{InferRequest, Predicted};
use super::room::Room;
use super::{bottom_up, classification, segmentation, top_down};
use crate::arguments::Task;
use crate::context::device::Host;

/// Declares the dispatch to the rooms.
macro_rules! rooms {
    ($($task:ident => $room:ident,)+) => {
        /// Room of the task of a head.
        pub fn room(head: Head) -> &'static dyn Room {
            match head {
                $(Head::$task { .. } => &$room::$task,)+
            }
        }

        /// Predictions of a head on plain pictures.
        pub fn infer<B: KernelBackend>(
            head: Head,
            network: &impl Network<B>,
            request: &InferRequest<'_>,
            device: &B::Device,
        ) -> Result<Box<dyn Predicted>> {
            match head {
                $(Head::$task { .. } => $room::infer(network, request, device),)+
            }
        }

        /// At most `count` training samples, evenly apart, as the first epoch varies them.
        pub fn training_samples(training: &TrainingSet, count: usize) -> Result<Vec<Sample>> {
            match training {
                $(TrainingSet::$task(training) => $room::training_samples(training, count),)+
            }
        }

        /// Predictions of a subnet on held-out pictures, for a report.
        pub fn report_samples(
            held_out: &HeldOut,
            subnet: &CalibratedSubnet<'_, Host>,
        ) -> Result<Vec<Sample>> {
            match held_out {
                $(HeldOut::$task(held_out) => $room::report_samples(held_out, subnet),)+
            }
        }
    };
}

/// Room of the usual method of a prediction.
pub fn room_of(task: Task) -> &'static dyn Room {
    match task {
        Task::Pose => &top_down::TopDown,
        Task::Segmentation => &segmentation::Segmentation,
        Task::Classification => &classification::Classification,
    }
}

rooms! {
    TopDown => top_down,
    BottomUp => bottom_up,
    Segmentation => segmentation,
    Classification => classification,
}
