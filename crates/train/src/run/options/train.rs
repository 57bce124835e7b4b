//! All options of a training run, by concern.

use super::epochs::Epochs;
use super::evaluation::{CalibrationOptions, ValidationOptions};
use super::optimiser::{OptimizerOptions, ScheduleOptions};
use super::precision::Precision;
use super::records::CheckpointOptions;
use super::sampling::SubnetSampling;
use super::weights::{DistillationOptions, WeightOptions};
use crate::error::{Error, Result};
use crate::task::segmentation::PixelOptions;

/// Options of a training run; files hold them as one flat table.
#[derive(Debug, Clone, PartialEq)]
pub struct TrainOptions {
    /// Seed of every random stream.
    pub seed: u64,
    /// Samples per batch.
    pub batch: usize,
    /// Batches whose gradients are summed before a step.
    pub accumulation: usize,
    /// Optimiser of the weights.
    pub optimizer: OptimizerOptions,
    /// Largest norm of all gradients of a step together; larger ones are scaled down. `None` for no limit.
    pub clip: Option<f64>,
    /// Decay per step of a moving average of the weights, which is validated and becomes the result of the
    /// run; `None` for the weights themselves.
    pub average: Option<f64>,
    /// Length of the run and course of its learning rate.
    pub schedule: ScheduleOptions,
    /// Momentum of the running statistics, in PyTorch's convention.
    pub norm_momentum: f64,
    /// Whether normalisation is over the whole batch, where several devices share it; else over the part of each.
    pub sync_norm: bool,
    /// Number format of features.
    pub precision: Precision,
    /// Choice of the subnet that an iteration trains.
    pub sampling: SubnetSampling,
    /// Weights to start and to learn from.
    pub weights: WeightOptions,
    /// Weight of what a teacher predicts.
    pub distillation: DistillationOptions,
    /// Standard deviation of the Gaussians of top-down heatmaps, in their pixels; `None` for 1/32 of their height.
    pub heatmap_sigma: Option<f64>,
    /// Loss over the pixels of labelled pictures.
    pub pixels: PixelOptions,
    /// Validation of the named subnets.
    pub validation: ValidationOptions,
    /// Training batches behind the statistics of evaluated subnets.
    pub calibration: CalibrationOptions,
    /// Checkpoints.
    pub checkpoints: CheckpointOptions,
    /// Iterations between lines of the metrics file.
    pub log_every: usize,
    /// Whether figures are written for TensorBoard, too.
    pub tensorboard: bool,
    /// Threads that read and cut pictures.
    pub workers: usize,
}

impl Default for TrainOptions {
    fn default() -> Self {
        Self {
            seed: 0,
            batch: 48,
            accumulation: 1,
            optimizer: OptimizerOptions::Adam,
            clip: None,
            average: None,
            schedule: ScheduleOptions::default(),
            norm_momentum: 0.1,
            sync_norm: true,
            precision: Precision::F32,
            sampling: SubnetSampling::Grouped,
            weights: WeightOptions::default(),
            distillation: DistillationOptions::default(),
            heatmap_sigma: None,
            pixels: PixelOptions::default(),
            validation: ValidationOptions::default(),
            calibration: CalibrationOptions::default(),
            checkpoints: CheckpointOptions::default(),
            log_every: 10,
            tensorboard: false,
            workers: 2,
        }
    }
}

impl TrainOptions {
    /// Checks ranges that the types leave open.
    ///
    /// # Errors
    /// Names the first option that is out of range, by its key in files.
    pub fn validate(&self) -> Result<()> {
        // A length that is not chosen yet will be positive.
        let epochs = match self.schedule.epochs {
            Epochs::Number(number) => number,
            Epochs::Auto => 1,
        };
        let positive = [
            ("epochs", epochs),
            ("batch", self.batch),
            ("accumulation", self.accumulation),
            ("calibration_batches", self.calibration.batches),
            ("keep_checkpoints", self.checkpoints.keep),
            ("log_every", self.log_every),
            ("workers", self.workers),
        ];
        for (key, value) in positive {
            if value == 0 {
                return Err(Error::Option { key, value: "0".to_owned(), accepted: "at least 1" });
            }
        }
        fraction("learning_rate", self.schedule.learning_rate)?;
        fraction("decay", self.schedule.decay)?;
        fraction("norm_momentum", self.norm_momentum)?;
        self.validate_patience()?;
        self.validate_schedule()?;
        self.validate_steps()?;
        self.validate_distillation()
    }

    fn validate_patience(&self) -> Result<()> {
        match self.validation.patience {
            Some(patience) if self.validation.every.is_none() => Err(Error::Option {
                key: "patience",
                value: format!("{patience}, but validate_every is 0"),
                accepted: "0, or a number of validations and a validate_every above 0",
            }),
            _ => Ok(()),
        }
    }

    fn validate_schedule(&self) -> Result<()> {
        let refuse = |key, value, accepted| Err(Error::Option { key, value, accepted });
        match (self.schedule.poly, self.schedule.cosine) {
            (Some(power), _) if !(power.is_finite() && power > 0.0) => {
                refuse("poly", power.to_string(), "a power above 0, or None for milestones")
            }
            (_, Some(floor)) if !(0.0..1.0).contains(&floor) => {
                refuse("cosine", floor.to_string(), "a share from 0 and below 1, or None")
            }
            (Some(_), Some(floor)) => refuse(
                "cosine",
                format!("{floor}, but poly is given, too"),
                "one of poly and cosine",
            ),
            _ => Ok(()),
        }
    }

    fn validate_steps(&self) -> Result<()> {
        let refuse = |key, value: f64, accepted| {
            Err(Error::Option { key, value: value.to_string(), accepted })
        };
        match (self.clip, self.average) {
            (Some(clip), _) if !(clip.is_finite() && clip > 0.0) => {
                refuse("clip", clip, "a norm above 0, or None for no limit")
            }
            (_, Some(decay)) if !(decay > 0.0 && decay < 1.0) => {
                refuse("ema", decay, "above 0 and below 1, or None for no average")
            }
            _ => Ok(()),
        }
    }

    fn validate_distillation(&self) -> Result<()> {
        let DistillationOptions { weight, end } = self.distillation;
        for (key, value) in [("distil_weight", Some(weight)), ("distil_weight_end", end)] {
            if let Some(value) = value.filter(|value| !(value.is_finite() && *value >= 0.0)) {
                let accepted = "a weight from 0";
                return Err(Error::Option { key, value: value.to_string(), accepted });
            }
        }
        if self.weights.teacher.is_some() && self.sampling.distils_in_place() {
            return Err(Error::Option {
                key: "teacher",
                value: "a file, but the sampling distils in place".to_owned(),
                accepted: "one of both: teacher, or Sandwich((random: 2, distil: true))",
            });
        }
        Ok(())
    }
}

fn fraction(key: &'static str, value: f64) -> Result<()> {
    if value > 0.0 && value <= 1.0 {
        return Ok(());
    }
    let accepted = "a number above 0 and at most 1";
    Err(Error::Option { key, value: value.to_string(), accepted })
}
