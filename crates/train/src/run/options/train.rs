//! All options of a training run, by concern.

use super::epochs::Epochs;
use super::evaluation::{CalibrationOptions, ValidationOptions};
use super::optimiser::{OptimizerOptions, ScheduleOptions};
use super::precision::Precision;
use super::records::CheckpointOptions;
use super::sampling::SubnetSampling;
use super::weights::WeightOptions;
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
    /// Length of the run and course of its learning rate.
    pub schedule: ScheduleOptions,
    /// Momentum of the running statistics, in PyTorch's convention.
    pub norm_momentum: f64,
    /// Number format of features.
    pub precision: Precision,
    /// Choice of the subnet that an iteration trains.
    pub sampling: SubnetSampling,
    /// Weights to start and to learn from.
    pub weights: WeightOptions,
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
            schedule: ScheduleOptions::default(),
            norm_momentum: 0.1,
            precision: Precision::F32,
            sampling: SubnetSampling::Grouped,
            weights: WeightOptions::default(),
            pixels: PixelOptions::default(),
            validation: ValidationOptions::default(),
            calibration: CalibrationOptions::default(),
            checkpoints: CheckpointOptions::default(),
            log_every: 10,
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
        self.validate_poly()
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

    fn validate_poly(&self) -> Result<()> {
        match self.schedule.poly {
            Some(power) if !(power.is_finite() && power > 0.0) => Err(Error::Option {
                key: "poly",
                value: power.to_string(),
                accepted: "a power above 0, or None for milestones",
            }),
            _ => Ok(()),
        }
    }
}

fn fraction(key: &'static str, value: f64) -> Result<()> {
    if value > 0.0 && value <= 1.0 {
        return Ok(());
    }
    let accepted = "a number above 0 and at most 1";
    Err(Error::Option { key, value: value.to_string(), accepted })
}
