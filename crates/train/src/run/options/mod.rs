//! What a user writes about a training run; defaults are the published pose recipe.

pub mod precision;

use std::path::PathBuf;

use scalenas_space::{Architecture, SpaceSpec, sample};
use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::run::options::precision::Precision;
use crate::task::segmentation::loss::{HardPixels, PixelLoss};

/// Which subnet an iteration trains.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum SubnetSampling {
    /// The eleven groups in turn: a supernet.
    Grouped,
    /// Always the largest network: the teacher of a supernet.
    Largest,
    /// Always the smallest network.
    Smallest,
    /// Always plain HRNet.
    Hrnet,
}

impl SubnetSampling {
    /// The subnet of an iteration.
    pub fn subnet(self, spec: &SpaceSpec, seed: u64, iteration: u64) -> Architecture {
        match self {
            Self::Grouped => sample::grouped(spec, seed, iteration),
            Self::Largest => Architecture::largest(spec),
            Self::Smallest => Architecture::smallest(spec),
            Self::Hrnet => Architecture::hrnet(spec),
        }
    }
}

/// Momentum of stochastic gradient descent, PyTorch's convention.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Momentum {
    /// Share of the old direction that is kept.
    pub momentum: f64,
    /// L2 penalty.
    pub weight_decay: f64,
}

/// How weights move.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub enum OptimizerOptions {
    /// Adam with PyTorch's defaults (beta 0.9 and 0.999, epsilon 1e-8).
    Adam,
    /// Stochastic gradient descent.
    Sgd(Momentum),
}

/// Where the weights of classes in a segmentation loss come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum ClassWeights {
    /// The data set's facts.
    Facts,
    /// How rare a class is among the training pixels.
    Pixels,
    /// All the same.
    Equal,
}

/// Options of a training run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct TrainOptions {
    /// Passes over the people.
    pub epochs: usize,
    /// People in a batch.
    pub batch: usize,
    /// Adam or SGD.
    pub optimizer: OptimizerOptions,
    /// Learning rate at the start.
    pub learning_rate: f64,
    /// Epochs after which the learning rate is multiplied by `decay`.
    pub milestones: Vec<usize>,
    /// Factor at every milestone.
    pub decay: f64,
    /// Instead of milestones: the learning rate falls to zero over the run as the share of
    /// iterations left, to this power.
    pub poly: Option<f64>,
    /// Iterations over which the learning rate rises linearly from zero.
    pub warmup: usize,
    /// Batches whose gradients are summed before a step.
    pub accumulation: usize,
    /// Momentum of the running statistics, PyTorch's convention.
    pub norm_momentum: f64,
    /// Segmentation: which pixels count.
    pub pixel_loss: PixelLoss,
    /// Segmentation: how much each class counts.
    pub class_weights: ClassWeights,
    /// Number format of features.
    pub precision: Precision,
    /// Which subnet an iteration trains.
    pub sampling: SubnetSampling,
    /// Weights of a trained largest network to learn from; its logits enter the loss at 0.5.
    pub teacher: Option<PathBuf>,
    /// Weights to start from.
    pub initial: Option<PathBuf>,
    /// Seed of everything that is drawn.
    pub seed: u64,
    /// Epochs between validations of the named subnets; 0 for none.
    pub validate_every: usize,
    /// Most people that a validation looks at; 0 for all.
    pub validation_people: usize,
    /// Training batches behind the statistics of every evaluated subnet.
    pub calibration_batches: usize,
    /// People in each of them; 0 for as many as in a training batch. Statistics of small batches
    /// miss what differs between them: with a small training batch, larger ones here are better.
    pub calibration_batch: usize,
    /// Iterations between checkpoints; 0 for one an epoch.
    pub checkpoint_every: usize,
    /// Checkpoints to keep.
    pub keep_checkpoints: usize,
    /// Iterations between lines of the metrics file.
    pub log_every: usize,
    /// Threads that read and cut pictures.
    pub workers: usize,
}

impl Default for TrainOptions {
    fn default() -> Self {
        Self {
            epochs: 210,
            batch: 48,
            optimizer: OptimizerOptions::Adam,
            learning_rate: 1e-3,
            milestones: vec![170, 200],
            decay: 0.1,
            poly: None,
            warmup: 0,
            accumulation: 1,
            norm_momentum: 0.1,
            pixel_loss: PixelLoss::Ohem(HardPixels::default()),
            class_weights: ClassWeights::Facts,
            precision: Precision::F32,
            sampling: SubnetSampling::Grouped,
            teacher: None,
            initial: None,
            seed: 0,
            validate_every: 10,
            validation_people: 0,
            calibration_batches: 8,
            calibration_batch: 0,
            checkpoint_every: 0,
            keep_checkpoints: 2,
            log_every: 10,
            workers: 2,
        }
    }
}

impl TrainOptions {
    /// Checks ranges that the types leave open.
    pub fn validate(&self) -> Result<()> {
        let positive = [
            ("epochs", self.epochs),
            ("batch", self.batch),
            ("accumulation", self.accumulation),
            ("calibration_batches", self.calibration_batches),
            ("keep_checkpoints", self.keep_checkpoints),
            ("log_every", self.log_every),
            ("workers", self.workers),
        ];
        for (key, value) in positive {
            if value == 0 {
                return Err(Error::Option { key, value: "0".to_owned(), accepted: "at least 1" });
            }
        }
        let fraction = |key, value: f64| {
            let accepted = "a number above 0 and at most 1";
            let value_ok = value > 0.0 && value <= 1.0;
            if value_ok {
                Ok(())
            } else {
                Err(Error::Option { key, value: value.to_string(), accepted })
            }
        };
        fraction("learning_rate", self.learning_rate)?;
        fraction("decay", self.decay)?;
        fraction("norm_momentum", self.norm_momentum)?;
        self.validate_poly()
    }

    fn validate_poly(&self) -> Result<()> {
        match self.poly {
            Some(power) if !(power.is_finite() && power > 0.0) => Err(Error::Option {
                key: "poly",
                value: power.to_string(),
                accepted: "a power above 0, or None for milestones",
            }),
            _ => Ok(()),
        }
    }
}
