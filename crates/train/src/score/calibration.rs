//! Calibration: normalisation statistics of one subnet, exact averages over training batches.

use burn::tensor::Tensor;
use burn::tensor::backend::Backend;
use scalenas_data::LoaderConfig;
use scalenas_kernels::{KernelBackend, repeated};
use scalenas_model::{Calibrated, Calibration, FoldedSubnet, Prediction, Statistics, Supernet};
use scalenas_space::plan::Plan;
use scalenas_space::{Architecture, Head};

use super::network::Network;
use crate::error::Result;
use crate::run::options::{Precision, TrainOptions};
use crate::task::data::TaskData;

/// Epoch of the random streams of calibration, apart from every epoch of a training run.
const CALIBRATION_EPOCH: u64 = u64::MAX;

/// Training pictures kept on the device, in float32 unless converted, so that a search calibrates thousands of subnets on the
/// same batches without reading them again.
#[derive(Debug, Clone)]
pub struct CalibrationSource<B: Backend> {
    /// Normalised pictures, each `[batch, 3, height, width]`.
    batches: Vec<Tensor<B, 4>>,
    /// Head that learns from the pictures.
    head: Head,
    /// Number format of the pictures.
    precision: Precision,
}

impl<B: KernelBackend> CalibrationSource<B> {
    /// Reads shuffled training batches of a task, as many and as large as the options say.
    ///
    /// # Errors
    /// If a picture cannot be read.
    pub fn read(task: &TaskData, options: &TrainOptions, device: &B::Device) -> Result<Self> {
        let batch = options.calibration.batch.map_or(options.batch, usize::from);
        let batch = batch.min(task.training.samples());
        let config = LoaderConfig {
            limit: options.calibration.batches,
            ..LoaderConfig::training(batch, 1, options.seed, CALIBRATION_EPOCH)
        };
        let mut batches = task.training.load(config)?;
        let samples = std::iter::from_fn(|| batches.next(device));
        let pictures = samples.map(|sample| sample.map(|(images, _)| images));
        let batches = pictures.collect::<Result<_>>()?;
        Ok(Self { batches, head: task.head, precision: Precision::F32 })
    }

    /// Pictures in a number format: subnets are calibrated, and then predict, with features in it.
    #[must_use]
    pub fn in_format(mut self, precision: Precision) -> Self {
        self.batches = self.batches.into_iter().map(|images| precision.convert(images)).collect();
        self.precision = precision;
        self
    }

    /// The batches, each `[batch, 3, height, width]`, normalised.
    pub fn pictures(&self) -> &[Tensor<B, 4>] {
        &self.batches
    }

    /// A subnet calibrated for the head that learns from the pictures.
    pub(super) fn of(&self, supernet: &Supernet<B>, architecture: &Architecture) -> Calibrated<B> {
        self.calibrate(supernet, supernet.plan_for(&[self.head], architecture))
    }

    /// Calibrates a subnet; the supernet is not changed.
    pub fn calibrate(&self, supernet: &Supernet<B>, plan: Plan) -> Calibrated<B>
    where
        B: KernelBackend,
    {
        let mut calibration = Calibration::new(supernet, plan);
        for images in &self.batches {
            let input = (&mut calibration, images.clone());
            repeated::<B, _, _>(&images.device(), input, |(calibration, images)| {
                calibration.add(images);
            });
        }
        calibration.finish()
    }
}

/// Subnet of a supernet with statistics of its own, folded: it predicts all held-out samples with them.
#[derive(Debug, Clone)]
pub struct CalibratedSubnet<'a, B: Backend> {
    subnet: FoldedSubnet<'a, B>,
}

impl<'a, B: KernelBackend> CalibratedSubnet<'a, B> {
    /// Calibrates a subnet for the head that learns from the pictures.
    pub fn new(
        supernet: &'a Supernet<B>,
        architecture: &Architecture,
        source: &CalibrationSource<B>,
    ) -> Self {
        Self::folded(supernet, source.of(supernet, architecture), source)
    }

    /// Folds what was calibrated on the pictures before.
    pub(super) fn folded(
        supernet: &'a Supernet<B>,
        calibrated: Calibrated<B>,
        source: &CalibrationSource<B>,
    ) -> Self {
        Self { subnet: FoldedSubnet::new(supernet, calibrated, source.precision.dtype()) }
    }

    /// Calibrated statistics.
    pub fn statistics(&self) -> &Statistics<B> {
        self.subnet.calibrated().statistics()
    }
}

impl<B: KernelBackend> Network<B> for CalibratedSubnet<'_, B> {
    fn predict_all(&self, images: Tensor<B, 4>) -> Prediction<B> {
        self.subnet.predict(images)
    }
}
