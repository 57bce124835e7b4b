//! One network of a run as a run of its own.

use std::path::PathBuf;

use anyhow::Result;
use scalenas_space::Architecture;
use scalenas_train::{DistillationOptions, Existing, RunFolder, SubnetSampling};

use super::schedule;
use crate::arguments::{Changes, DataArguments};
use crate::error::user;
use crate::experiment::Experiment;
use crate::verbs::supernet::Job;

/// Training of single networks of a run.
pub struct Alone<'a> {
    /// Run of the supernet.
    pub run: &'a RunFolder,
    /// Whether they start from random weights instead of those of the supernet.
    pub from_nothing: bool,
    /// Changes of the run's experiment.
    pub changes: &'a Changes,
    /// Data set.
    pub data: &'a DataArguments,
}

impl Alone<'_> {
    /// Training of one network in the folder `out`.
    pub fn job(&self, architecture: Architecture, out: PathBuf, existing: Existing) -> Result<Job> {
        let run = self.run;
        let mut experiment = Experiment::from_run(run, &[])?;
        let train = &mut experiment.train;
        schedule::shorten(train, self.from_nothing, self.changes.epochs);
        train.sampling = SubnetSampling::Fixed(architecture);
        train.weights.teacher = None;
        train.distillation = DistillationOptions::default();
        let weights = run.weights();
        if !self.from_nothing && !weights.exists() {
            return Err(user(format!(
                "{} has no {}: the run did not finish; continue it first, or give --from-nothing",
                run.path().display(),
                weights.display()
            )));
        }
        train.weights.initial = (!self.from_nothing).then_some(weights);
        let experiment = experiment.changed(&self.changes.list())?;
        let data = self.data.folder.clone().unwrap_or_else(|| run.info().leading().data.clone());
        Job::prepare(experiment, &data, out, existing, self.data.reading())
    }
}
