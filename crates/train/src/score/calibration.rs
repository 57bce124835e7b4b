//! Calibration: the statistics of one subnet, exact averages over training batches.

use burn::tensor::Tensor;
use burn::tensor::backend::Backend;
use scalenas_data::LoaderConfig;
use scalenas_kernels::KernelBackend;
use scalenas_model::{BatchStatistics, Calibration, Norms, Prediction, Statistics, Supernet};
use scalenas_space::plan::Plan;
use scalenas_space::{Architecture, Head};

use crate::error::Result;
use crate::run::folder::RunInfo;
use crate::score::network::Network;
use crate::task::training_set::TrainingSet;

/// Stream number of the calibration's epoch: apart from every epoch of a training run.
const CALIBRATION_EPOCH: u64 = u64::MAX;

/// Training pictures kept on the device, so that a search calibrates thousands of subnets on the
/// same batches without reading them again.
#[derive(Debug, Clone)]
pub struct CalibrationSource<B: Backend> {
    batches: Vec<Tensor<B, 4>>,
    /// Heads that learn from the pictures.
    heads: Vec<Head>,
}

impl<B: Backend> CalibrationSource<B> {
    /// Those of every task, in the order of the heads.
    pub fn all(data: &TrainingSet, info: &RunInfo, device: &B::Device) -> Result<Vec<Self>> {
        data.parts().iter().map(|part| Self::read(part, info, device)).collect()
    }

    /// Reads as many shuffled batches of as many samples as the options of a run say.
    pub fn read(data: &TrainingSet, info: &RunInfo, device: &B::Device) -> Result<Self> {
        let options = &info.train;
        let batch = match options.calibration_batch {
            0 => options.batch,
            batch => batch,
        };
        let batch = batch.min(data.samples());
        let config = LoaderConfig {
            limit: options.calibration_batches,
            ..LoaderConfig::training(batch, 1, options.seed, CALIBRATION_EPOCH)
        };
        let mut loader = data.load(config)?;
        let samples = std::iter::from_fn(|| loader.next(device));
        let batches = samples.map(|sample| sample.map(|(images, _)| images));
        Ok(Self { batches: batches.collect::<Result<_>>()?, heads: data.heads(&info.space) })
    }

    /// The statistics of a subnet; the supernet is not changed.
    pub fn calibrate(&self, supernet: &Supernet<B>, plan: &Plan) -> Statistics<B>
    where
        B: KernelBackend,
    {
        let mut calibration = Calibration::new();
        for images in &self.batches {
            let mut batch = BatchStatistics::new();
            let _ = supernet.forward(images.clone(), plan, &mut Norms::Batch(&mut batch));
            calibration.add(&batch);
        }
        calibration.finish()
    }
}

/// A subnet of a supernet with statistics of its own.
#[derive(Debug, Clone)]
pub struct Calibrated<'a, B: Backend> {
    supernet: &'a Supernet<B>,
    plan: Plan,
    statistics: Statistics<B>,
}

impl<'a, B: KernelBackend> Calibrated<'a, B> {
    /// Calibrates a subnet.
    pub fn new(
        supernet: &'a Supernet<B>,
        architecture: &Architecture,
        source: &CalibrationSource<B>,
    ) -> Self {
        let plan = supernet.plan_for(&source.heads, architecture);
        let statistics = source.calibrate(supernet, &plan);
        Self { supernet, plan, statistics }
    }

    /// Its statistics.
    pub fn statistics(&self) -> &Statistics<B> {
        &self.statistics
    }
}

impl<B: KernelBackend> Network<B> for Calibrated<'_, B> {
    fn predict_all(&self, images: Tensor<B, 4>) -> Prediction<B> {
        self.supernet.predict(images, &self.plan, &mut Norms::Frozen(&self.statistics))
    }
}
