//! Validation: subnets, each calibrated and scored on the held-out data of every task.

use burn::tensor::backend::Backend;
use scalenas_kernels::KernelBackend;
use scalenas_model::{Calibrated, Supernet};
use scalenas_space::{Architecture, Head};

use super::calibration::{CalibratedSubnet, CalibrationSource};
use super::grade::{Grade, SubnetScore};
use crate::error::Result;
use crate::run::options::{Precision, SubnetSampling, TrainOptions};
use crate::task::data::Tasks;
use crate::task::registry::HeldOut;

/// Held-out data of a task with the pictures behind the statistics of subnets.
struct TaskValidation<B: Backend> {
    head: Head,
    held_out: HeldOut,
    calibration: CalibrationSource<B>,
}

/// Figures of a subnet in one task.
#[derive(Debug, Clone)]
pub struct TaskGrade {
    /// Head of the task.
    pub head: Head,
    /// Figures.
    pub grade: Grade,
}

/// Held-out and calibration data of every task that networks are scored on.
pub struct Validation<B: Backend> {
    tasks: Vec<TaskValidation<B>>,
    sampling: SubnetSampling,
}

impl<B: KernelBackend> Validation<B> {
    /// Reads the calibration batches of every task that has held-out data.
    ///
    /// # Errors
    /// If a picture cannot be read.
    pub fn read(tasks: &Tasks, options: &TrainOptions, device: &B::Device) -> Result<Self> {
        let scored = tasks.iter().filter_map(|task| Some((task, task.held_out.clone()?)));
        let tasks = scored.map(|(task, held_out)| {
            let calibration = CalibrationSource::read(task, options, device)?;
            Ok(TaskValidation { head: task.head, held_out, calibration })
        });
        let sampling = options.sampling.clone();
        Ok(Self { tasks: tasks.collect::<Result<_>>()?, sampling })
    }

    /// Subnets are calibrated and predict with features in a number format.
    #[must_use]
    pub fn in_format(mut self, precision: Precision) -> Self {
        for task in &mut self.tasks {
            task.calibration = task.calibration.clone().in_format(precision);
        }
        self
    }

    /// Every task on one in `parts` of its pictures, with the same statistics of subnets.
    #[must_use]
    pub fn part(&self, parts: usize) -> Self {
        let part = |task: &TaskValidation<B>| TaskValidation {
            head: task.head,
            held_out: task.held_out.part(parts),
            calibration: task.calibration.clone(),
        };
        Self { tasks: self.tasks.iter().map(part).collect(), sampling: self.sampling.clone() }
    }

    /// Held-out data of every task.
    pub fn held_out(&self) -> impl Iterator<Item = &HeldOut> {
        self.tasks.iter().map(|task| &task.held_out)
    }

    /// Calibrates and scores one subnet once per task, in the order of the heads.
    ///
    /// # Errors
    /// If held-out data cannot be read or scored.
    pub fn score(
        &self,
        supernet: &Supernet<B>,
        architecture: &Architecture,
        device: &B::Device,
    ) -> Result<Vec<TaskGrade>> {
        self.score_calibrated(supernet, self.calibrate(supernet, architecture), device)
    }

    /// One subnet with the statistics of every task, in the order of the heads.
    pub fn calibrate(
        &self,
        supernet: &Supernet<B>,
        architecture: &Architecture,
    ) -> Vec<Calibrated<B>> {
        let calibrate = |task: &TaskValidation<B>| task.calibration.of(supernet, architecture);
        self.tasks.iter().map(calibrate).collect()
    }

    /// Scores one subnet once per task, with what [`Validation::calibrate`] found.
    fn score_calibrated(
        &self,
        supernet: &Supernet<B>,
        calibrated: Vec<Calibrated<B>>,
        device: &B::Device,
    ) -> Result<Vec<TaskGrade>> {
        let grade = |(task, calibrated): (&TaskValidation<B>, _)| {
            let subnet = CalibratedSubnet::folded(supernet, calibrated, &task.calibration);
            Ok(TaskGrade { head: task.head, grade: task.held_out.grade(&subnet, device)? })
        };
        self.tasks.iter().zip(calibrated).map(grade).collect()
    }

    /// Ranking figures of one subnet on every resampled set of held-out pictures, once per task.
    ///
    /// # Errors
    /// If held-out data cannot be read or scored.
    pub fn resampled(
        &self,
        supernet: &Supernet<B>,
        architecture: &Architecture,
        device: &B::Device,
    ) -> Result<Vec<Vec<f64>>> {
        let figures = |task: &TaskValidation<B>| {
            let subnet = CalibratedSubnet::new(supernet, architecture, &task.calibration);
            let figures = task.held_out.resampled(&subnet, device)?;
            Ok(figures.into_iter().map(|figure| figure.max(0.0)).collect())
        };
        self.tasks.iter().map(figures).collect()
    }

    /// Ranking figures of one subnet, in the order of the heads. COCO's "no ground truth", -1, counts as 0: an order
    /// over such data would be meaningless.
    ///
    /// # Errors
    /// If held-out data cannot be read or scored.
    pub fn figures(
        &self,
        supernet: &Supernet<B>,
        architecture: &Architecture,
        device: &B::Device,
    ) -> Result<Vec<f64>> {
        self.figures_calibrated(supernet, self.calibrate(supernet, architecture), device)
    }

    /// [`Validation::figures`] of what [`Validation::calibrate`] found.
    ///
    /// # Errors
    /// If held-out data cannot be read or scored.
    pub fn figures_calibrated(
        &self,
        supernet: &Supernet<B>,
        calibrated: Vec<Calibrated<B>>,
        device: &B::Device,
    ) -> Result<Vec<f64>> {
        let grades = self.score_calibrated(supernet, calibrated, device)?;
        Ok(grades.iter().map(|task| task.grade.value().max(0.0)).collect())
    }

    /// Scores all named subnets, or the network that is trained alone.
    ///
    /// # Errors
    /// If held-out data cannot be read or scored.
    pub fn run(&self, supernet: &Supernet<B>, device: &B::Device) -> Result<Vec<SubnetScore>> {
        let spec = supernet.spec();
        let mut scores = Vec::new();
        let subnets = match self.sampling.only(spec) {
            Some(only) => vec![only],
            None => Architecture::all_named(spec).collect(),
        };
        for (name, architecture) in subnets {
            let id = architecture.id(spec);
            let grades = self.score(supernet, &architecture, device)?.into_iter();
            scores.extend(grades.map(|TaskGrade { grade, .. }| SubnetScore {
                name: name.to_owned(),
                architecture: id.clone(),
                grade,
            }));
        }
        Ok(scores)
    }
}
