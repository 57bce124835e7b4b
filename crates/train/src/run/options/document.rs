//! Serialised form of the options: one flat table, in which 0 stands for "none" or "all".
//!
//! Keys and their order are those of every experiment and run so far.

use std::num::NonZeroUsize;
use std::path::PathBuf;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::epochs::Epochs;
use super::evaluation::{CalibrationOptions, ValidationOptions};
use super::optimiser::{OptimizerOptions, ScheduleOptions};
use super::precision::Precision;
use super::records::CheckpointOptions;
use super::sampling::SubnetSampling;
use super::train::TrainOptions;
use super::weights::{DistillationOptions, WeightOptions};
use crate::task::segmentation::{ClassWeights, PixelLoss, PixelOptions};

/// Options as files hold them.
#[derive(Serialize, Deserialize)]
#[serde(rename = "TrainOptions", deny_unknown_fields, default)]
struct Document {
    epochs: Epochs,
    batch: usize,
    optimizer: OptimizerOptions,
    learning_rate: f64,
    milestones: Vec<usize>,
    decay: f64,
    poly: Option<f64>,
    cosine: Option<f64>,
    warmup: usize,
    accumulation: usize,
    clip: Option<f64>,
    ema: Option<f64>,
    norm_momentum: f64,
    sync_norm: bool,
    heatmap_sigma: Option<f64>,
    pixel_loss: PixelLoss,
    class_weights: ClassWeights,
    precision: Precision,
    sampling: SubnetSampling,
    teacher: Option<PathBuf>,
    distil_weight: f64,
    distil_weight_end: Option<f64>,
    initial: Option<PathBuf>,
    seed: u64,
    validate_every: usize,
    validation_people: usize,
    patience: usize,
    calibration_batches: usize,
    calibration_batch: usize,
    checkpoint_every: usize,
    keep_checkpoints: usize,
    log_every: usize,
    tensorboard: bool,
    workers: usize,
}

impl Default for Document {
    fn default() -> Self {
        TrainOptions::default().into()
    }
}

impl Serialize for TrainOptions {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Document::from(self.clone()).serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for TrainOptions {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Document::deserialize(deserializer).map(Self::from)
    }
}

/// A count as files hold it: 0 for none.
fn or_zero(count: Option<NonZeroUsize>) -> usize {
    count.map_or(0, usize::from)
}

impl From<TrainOptions> for Document {
    fn from(options: TrainOptions) -> Self {
        let ScheduleOptions { epochs, learning_rate, milestones, decay, poly, cosine, warmup } =
            options.schedule;
        let WeightOptions { teacher, initial } = options.weights;
        Self {
            epochs,
            batch: options.batch,
            optimizer: options.optimizer,
            learning_rate,
            milestones,
            decay,
            poly,
            cosine,
            warmup,
            accumulation: options.accumulation,
            clip: options.clip,
            ema: options.average,
            norm_momentum: options.norm_momentum,
            sync_norm: options.sync_norm,
            heatmap_sigma: options.heatmap_sigma,
            pixel_loss: options.pixels.loss,
            class_weights: options.pixels.class_weights,
            precision: options.precision,
            sampling: options.sampling,
            teacher,
            distil_weight: options.distillation.weight,
            distil_weight_end: options.distillation.end,
            initial,
            seed: options.seed,
            validate_every: or_zero(options.validation.every),
            validation_people: or_zero(options.validation.samples),
            patience: or_zero(options.validation.patience),
            calibration_batches: options.calibration.batches,
            calibration_batch: or_zero(options.calibration.batch),
            checkpoint_every: or_zero(options.checkpoints.every),
            keep_checkpoints: options.checkpoints.keep,
            log_every: options.log_every,
            tensorboard: options.tensorboard,
            workers: options.workers,
        }
    }
}

impl From<Document> for TrainOptions {
    fn from(file: Document) -> Self {
        Self {
            seed: file.seed,
            batch: file.batch,
            accumulation: file.accumulation,
            clip: file.clip,
            average: file.ema,
            optimizer: file.optimizer,
            schedule: ScheduleOptions {
                epochs: file.epochs,
                learning_rate: file.learning_rate,
                milestones: file.milestones,
                decay: file.decay,
                poly: file.poly,
                cosine: file.cosine,
                warmup: file.warmup,
            },
            norm_momentum: file.norm_momentum,
            sync_norm: file.sync_norm,
            precision: file.precision,
            sampling: file.sampling,
            weights: WeightOptions { teacher: file.teacher, initial: file.initial },
            distillation: DistillationOptions {
                weight: file.distil_weight,
                end: file.distil_weight_end,
            },
            heatmap_sigma: file.heatmap_sigma,
            pixels: PixelOptions { loss: file.pixel_loss, class_weights: file.class_weights },
            validation: ValidationOptions {
                every: NonZeroUsize::new(file.validate_every),
                samples: NonZeroUsize::new(file.validation_people),
                patience: NonZeroUsize::new(file.patience),
            },
            calibration: CalibrationOptions {
                batches: file.calibration_batches,
                batch: NonZeroUsize::new(file.calibration_batch),
            },
            checkpoints: CheckpointOptions {
                every: NonZeroUsize::new(file.checkpoint_every),
                keep: file.keep_checkpoints,
            },
            log_every: file.log_every,
            tensorboard: file.tensorboard,
            workers: file.workers,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_keep_the_keys_and_zeros_of_earlier_versions() {
        let text = r#"{"epochs":3,"validate_every":0,"calibration_batch":6,"poly":0.9}"#;
        let options: TrainOptions = serde_json::from_str(text).expect("options");
        assert_eq!(options.schedule.epochs, Epochs::Number(3));
        assert_eq!((options.validation.every, options.schedule.poly), (None, Some(0.9)));
        assert_eq!(options.calibration.batch, NonZeroUsize::new(6));
        let written = serde_json::to_value(&options).expect("plain data");
        for (key, value) in serde_json::from_str::<serde_json::Value>(text)
            .expect("a table")
            .as_object()
            .expect("a table")
        {
            assert_eq!(&written[key], value, "{key}");
        }
        assert_eq!(written.as_object().map(serde_json::Map::len), Some(34));
        let again: TrainOptions = serde_json::from_value(written).expect("options");
        assert_eq!(again, options);
    }

    #[test]
    fn unknown_keys_are_named() {
        let said = serde_json::from_str::<TrainOptions>(r#"{"epoch":3}"#).expect_err("a typo");
        assert!(said.to_string().contains("unknown field `epoch`"), "{said}");
    }
}
