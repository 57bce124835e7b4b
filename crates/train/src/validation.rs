//! Validation: a few named subnets, each calibrated, scored by COCO AP.

use std::sync::Arc;

use burn::tensor::backend::Backend;
use burn_train::metric::{
    Adaptor, Metric, MetricAttributes, MetricMetadata, MetricName, Numeric, NumericAttributes,
    NumericEntry, SerializedEntry,
};
use scalenas_data::PoseDataset;
use scalenas_eval::{KeypointEvaluator, KeypointStats};
use scalenas_kernels::KernelBackend;
use scalenas_model::Supernet;
use scalenas_space::{Architecture, SpaceSpec};

use crate::calibrate::{Calibrated, CalibrationSource};
use crate::error::Result;
use crate::evaluate::{EvaluateOptions, evaluate};
use crate::learner::Scores;
use crate::progress::Silent;

/// The subnets that tell how a supernet learns: both ends, plain HRNet and one between.
pub fn named_subnets(spec: &SpaceSpec) -> Vec<(&'static str, Architecture)> {
    vec![
        ("smallest", Architecture::smallest(spec)),
        ("middle", Architecture::middle(spec)),
        ("hrnet", Architecture::hrnet(spec)),
        ("largest", Architecture::largest(spec)),
    ]
}

/// What a subnet reached.
#[derive(Debug, Clone)]
pub struct SubnetScore {
    /// Name, such as `largest`.
    pub name: String,
    /// Id of the architecture.
    pub architecture: String,
    /// COCO figures.
    pub stats: KeypointStats,
}

/// What validations look at.
pub struct Validation<B: Backend> {
    /// People to predict.
    pub dataset: Arc<PoseDataset>,
    /// Ground truth of the same pictures.
    pub evaluator: KeypointEvaluator,
    /// Pictures behind every subnet's statistics.
    pub calibration: CalibrationSource<B>,
    /// Batch size, flip test, rules.
    pub options: EvaluateOptions,
}

impl<B: KernelBackend> Validation<B> {
    /// Calibrates and scores one subnet.
    pub fn score(
        &self,
        supernet: &Supernet<B>,
        architecture: &Architecture,
        device: &B::Device,
    ) -> Result<KeypointStats> {
        let subnet = Calibrated::new(supernet, architecture, &self.calibration);
        let found = evaluate(&subnet, &self.dataset, &self.options, &Silent, device)?;
        Ok(self.evaluator.evaluate(&found.results)?.stats)
    }

    /// Scores all named subnets.
    pub fn run(&self, supernet: &Supernet<B>, device: &B::Device) -> Result<Vec<SubnetScore>> {
        let spec = supernet.spec();
        let subnets = named_subnets(spec).into_iter();
        subnets
            .map(|(name, architecture)| {
                let stats = self.score(supernet, &architecture, device)?;
                Ok(SubnetScore {
                    name: name.to_owned(),
                    architecture: architecture.id(spec),
                    stats,
                })
            })
            .collect()
    }
}

/// AP of one named subnet as a metric of the dashboard.
#[derive(Clone)]
pub(crate) struct SubnetAp {
    name: MetricName,
    subnet: &'static str,
    value: f64,
}

impl SubnetAp {
    pub fn new(subnet: &'static str) -> Self {
        Self { name: Arc::new(format!("AP {subnet}")), subnet, value: 0.0 }
    }
}

impl Adaptor<Scores> for Scores {
    fn adapt(&self) -> Scores {
        self.clone()
    }
}

impl Metric for SubnetAp {
    type Input = Scores;

    fn name(&self) -> MetricName {
        Arc::clone(&self.name)
    }

    fn attributes(&self) -> MetricAttributes {
        NumericAttributes { unit: None, higher_is_better: true }.into()
    }

    fn update(&mut self, scores: &Scores, _: &MetricMetadata) -> SerializedEntry {
        if let Some(score) = scores.0.iter().find(|score| score.name == self.subnet) {
            self.value = score.stats.ap;
        }
        SerializedEntry::new(format!("{:.3}", self.value), self.value.to_string())
    }

    fn clear(&mut self) {}
}

impl Numeric for SubnetAp {
    fn value(&self) -> NumericEntry {
        NumericEntry::Value(self.value)
    }

    fn running_value(&self) -> NumericEntry {
        NumericEntry::Value(self.value)
    }
}
