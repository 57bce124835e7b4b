//! Validation: a few named subnets, each calibrated and scored on held-out data.

use std::sync::Arc;

use burn::tensor::backend::Backend;
use burn_train::metric::{
    Adaptor, Metric, MetricAttributes, MetricMetadata, MetricName, Numeric, NumericAttributes,
    NumericEntry, SerializedEntry,
};
use scalenas_data::scenes::Scenes;
use scalenas_data::{PoseDataset, SkippedImage, WholePictures};
use scalenas_kernels::KernelBackend;
use scalenas_model::Supernet;
use scalenas_space::Architecture;

use crate::burn_train::learner::Scores;
use crate::error::Result;
use crate::run::progress::Silent;
use crate::score::calibration::{Calibrated, CalibrationSource};
use crate::score::grade::{Figure, Grade, JointMetric};
use crate::score::network::Network;
use crate::task::bottom_up::predict::{SceneOptions, find_people, results};
use crate::task::segmentation::predict::{SegmentOptions, segment_all};
use crate::task::top_down::predict::{EvaluateOptions, evaluate};

/// What a subnet reached.
#[derive(Debug, Clone)]
pub struct SubnetScore {
    /// Name, such as `largest`.
    pub name: String,
    /// Id of the architecture.
    pub architecture: String,
    /// Its figures.
    pub grade: Grade,
}

/// Held-out data of a task, and how networks are scored on it.
#[derive(Clone)]
pub enum HeldOut {
    /// People and their joints.
    Pose {
        /// People to predict.
        dataset: Arc<PoseDataset>,
        /// Ground truth of the same pictures.
        metric: JointMetric,
        /// Batch size, flip test, rules.
        options: EvaluateOptions,
    },
    /// Whole pictures with many people.
    People {
        /// Pictures to predict.
        scenes: Arc<Scenes>,
        /// Ground truth of the same pictures.
        metric: JointMetric,
        /// Input, scales, flip test.
        options: SceneOptions,
    },
    /// Pictures and the classes of their pixels.
    Segmentation {
        /// Labelled pictures.
        pictures: Arc<WholePictures>,
        /// Scales, flip test, windows.
        options: SegmentOptions,
    },
}

impl HeldOut {
    /// What networks are ranked by.
    pub fn figure(&self) -> Figure {
        match self {
            Self::Pose { .. } | Self::People { .. } => Figure::AveragePrecision,
            Self::Segmentation { .. } => Figure::MeanIou,
        }
    }

    /// How much there is to predict: people or pictures.
    pub fn samples(&self) -> usize {
        match self {
            Self::Pose { dataset, .. } => dataset.len(),
            Self::People { scenes, .. } => scenes.len(),
            Self::Segmentation { pictures, .. } => pictures.list().len(),
        }
    }

    /// Pictures left out so far.
    pub fn skipped(&self) -> Vec<SkippedImage> {
        match self {
            Self::Pose { dataset, .. } => dataset.skipped(),
            Self::People { scenes, .. } => scenes.skipped(),
            Self::Segmentation { pictures, .. } => pictures.skipped(),
        }
    }

    /// Scores a network.
    pub fn grade<B: Backend>(&self, net: &impl Network<B>, device: &B::Device) -> Result<Grade> {
        Ok(match self {
            Self::Pose { dataset, metric, options } => {
                let found = evaluate(net, dataset, options, &Silent, device)?;
                metric.grade(&found.results)?
            }
            Self::People { scenes, metric, options } => {
                metric.grade(&results(&find_people(net, scenes, options, &Silent, device)?))?
            }
            Self::Segmentation { pictures, options } => {
                let seen = |_: &_, _: &[u8]| Ok(());
                Grade::Semantic(segment_all(net, pictures, options, &Silent, device, seen)?)
            }
        })
    }
}

/// What validations look at: what subnets are scored on, with the pictures behind their statistics,
/// one pair a task.
pub struct Validation<B: Backend> {
    exams: Vec<(HeldOut, CalibrationSource<B>)>,
}

impl<B: KernelBackend> Validation<B> {
    /// Pairs held-out data with the pictures of the same task, both in the order of the heads.
    pub fn new(held_out: Vec<HeldOut>, calibration: Vec<CalibrationSource<B>>) -> Self {
        Self { exams: held_out.into_iter().zip(calibration).collect() }
    }

    /// What subnets are scored on.
    pub fn held_out(&self) -> impl Iterator<Item = &HeldOut> {
        self.exams.iter().map(|(held_out, _)| held_out)
    }

    /// Calibrates and scores one subnet, once a task.
    pub fn score(
        &self,
        supernet: &Supernet<B>,
        architecture: &Architecture,
        device: &B::Device,
    ) -> Result<Vec<Grade>> {
        let grade = |(held_out, calibration): &(HeldOut, CalibrationSource<B>)| {
            held_out.grade(&Calibrated::new(supernet, architecture, calibration), device)
        };
        self.exams.iter().map(grade).collect()
    }

    /// Scores all named subnets.
    pub fn run(&self, supernet: &Supernet<B>, device: &B::Device) -> Result<Vec<SubnetScore>> {
        let spec = supernet.spec();
        let mut scores = Vec::new();
        for (name, architecture) in Architecture::all_named(spec) {
            let id = architecture.id(spec);
            let grades = self.score(supernet, &architecture, device)?.into_iter();
            scores.extend(grades.map(|grade| SubnetScore {
                name: name.to_owned(),
                architecture: id.clone(),
                grade,
            }));
        }
        Ok(scores)
    }
}

/// The figure of one named subnet as a metric of the dashboard.
#[derive(Clone)]
pub(crate) struct SubnetGrade {
    name: MetricName,
    figure: Figure,
    subnet: &'static str,
    value: f64,
}

impl SubnetGrade {
    pub fn new(figure: Figure, subnet: &'static str) -> Self {
        Self { name: Arc::new(format!("{} {subnet}", figure.name())), figure, subnet, value: 0.0 }
    }
}

impl Adaptor<Scores> for Scores {
    fn adapt(&self) -> Scores {
        self.clone()
    }
}

impl Metric for SubnetGrade {
    type Input = Scores;

    fn name(&self) -> MetricName {
        Arc::clone(&self.name)
    }

    fn attributes(&self) -> MetricAttributes {
        NumericAttributes { unit: None, higher_is_better: true }.into()
    }

    fn update(&mut self, scores: &Scores, _: &MetricMetadata) -> SerializedEntry {
        let mut scores = scores.0.iter().filter(|score| score.grade.figure() == self.figure);
        if let Some(score) = scores.find(|score| score.name == self.subnet) {
            self.value = score.grade.value();
        }
        SerializedEntry::new(format!("{:.3}", self.value), self.value.to_string())
    }

    fn clear(&mut self) {}
}

impl Numeric for SubnetGrade {
    fn value(&self) -> NumericEntry {
        NumericEntry::Value(self.value)
    }

    fn running_value(&self) -> NumericEntry {
        NumericEntry::Value(self.value)
    }
}
