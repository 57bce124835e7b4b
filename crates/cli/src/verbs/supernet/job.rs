//! Training run: experiment, data, folder.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Result;
use burn::backend::Autodiff;
use scalenas_base::lock::FolderLock;
use scalenas_data::Reading;
use scalenas_kernels::KernelBackend;
use scalenas_train::{
    Display, Error, Existing, Outcome, RunFolder, RunInfo, Tasks, TrainPlan, check_data,
    train_supernet,
};

use super::arguments::Arguments;
use super::task::SharedTask;
use super::together::Devices;
use super::weights::check_weights;
use crate::arguments::settle;
use crate::context::Stop;
use crate::context::device::{DeviceChoice, on_device};
use crate::error::user;
use crate::experiment::Experiment;
use crate::render::{Output, ProgressView};
use crate::task::{Request, say_found};

/// Run that is about to start.
pub struct Job {
    /// Experiment of the run.
    pub experiment: Experiment,
    /// Description of the run.
    pub info: RunInfo,
    /// Folder of the run.
    pub out: PathBuf,
    /// Treatment of a run that is in the folder.
    pub existing: Existing,
    /// Training and held-out data of every task.
    pub tasks: Tasks,
    /// Data set of the leading task.
    data: PathBuf,
    /// Reading of pictures.
    reading: Reading,
    /// Facts that were found in the folder of the data set, because none are named.
    found: Option<String>,
}

impl Job {
    /// Run that the arguments describe.
    pub fn new(arguments: &Arguments) -> Result<Self> {
        let changes = arguments.changes.list();
        let resumed = arguments.resume.as_deref().map(RunFolder::open).transpose()?;
        let mut experiment = match (&arguments.config, &resumed) {
            (Some(config), _) => Experiment::read(config, &changes)?,
            (None, Some(run)) => Experiment::from_run(run, &changes)?,
            (None, None) => return Err(user("give --config FILE or --resume RUN")),
        };
        let known = resumed.as_ref().map(|run| run.info().leading().data.clone());
        let data = arguments.data.folder.clone().or(known);
        let data = data.or_else(|| experiment.data.clone()).or_else(|| arguments.files.folder());
        let data = data.ok_or_else(|| {
            let name = arguments.config.as_deref().unwrap_or(Path::new("the experiment")).display();
            user(format!("{name} names no data set: add data: \"FOLDER\" or give --data FOLDER"))
        })?;
        arguments.files.apply(&mut experiment.files, &data, &arguments.data.pictures)?;
        let experiment = experiment.changed(&[])?;
        let (out, existing) = place(arguments);
        Self::prepare(experiment, &data, out, existing, arguments.data.reading())
    }

    /// Reads the data and checks all that can be checked before the folder is created.
    pub fn prepare(
        mut experiment: Experiment,
        data: &Path,
        out: PathBuf,
        existing: Existing,
        reading: Reading,
    ) -> Result<Self> {
        if existing == Existing::Refuse && RunFolder::open(&out).is_ok() {
            return Err(Error::Occupied { path: out }.into());
        }
        let is_named = experiment.facts.is_some();
        experiment.settle(data)?;
        let found = experiment.facts.clone().filter(|_| !is_named);
        let (space, options) = (experiment.space()?, experiment.train.clone());
        check_weights(&space, &options)?;
        let mut info = RunInfo::new(space, experiment.sources(data)?, options)?;
        let request = Request {
            info: &info,
            data,
            variation: experiment.variation(),
            max_samples: info.train.validation.samples.map_or(0, usize::from),
            reading,
        };
        let tasks = request.tasks()?;
        // Later verbs read the chosen length, whatever becomes of the data set.
        for train in [&mut info.train, &mut experiment.train] {
            train.settle(tasks.samples());
        }
        check_data(&info, &tasks)?;
        let data = data.to_owned();
        Ok(Self { experiment, info, out, existing, tasks, data, reading, found })
    }

    /// Chooses the number format for a device, where that is left to it. Later verbs, and a run that is resumed elsewhere,
    /// read the chosen one.
    pub fn settle(&mut self, device: DeviceChoice, output: Output) -> Result<()> {
        let (settled, _) = settle(self.info.train.precision, device, output)?;
        for train in [&mut self.info.train, &mut self.experiment.train] {
            train.precision = settled;
        }
        Ok(())
    }

    /// Creates or opens the folder and trains. A new run that fails before its first checkpoint
    /// leaves nothing behind.
    pub fn train(&mut self, devices: &Devices, output: Output, stop: &Stop) -> Result<Outcome> {
        devices.check(&self.tasks)?;
        self.settle(devices.here[0], output)?;
        if let Some(facts) = &self.found {
            say_found(facts, output);
        }
        let folder = RunFolder::create(&self.out, self.info.clone(), self.existing)?;
        let result = self.fill(&folder, devices, output, stop);
        if result.is_err() && self.existing != Existing::Resume {
            discard(&folder);
        }
        result
    }

    fn fill(
        &self,
        folder: &RunFolder,
        devices: &Devices,
        output: Output,
        stop: &Stop,
    ) -> Result<Outcome> {
        if self.existing == Existing::Resume {
            self.check_augmentation(folder)?;
        } else {
            self.experiment.keep(folder)?;
        }
        let display = if output.interactive() { Display::Dashboard } else { Display::Plain };
        let task = SharedTask::new(folder, &self.data, self.reading)?;
        let (ranks, guests) = devices.meet(&task, stop, output)?;
        let plan = TrainPlan {
            folder: folder.clone(),
            tasks: self.tasks.clone(),
            display,
            progress: Arc::new(ProgressView::new(output)),
            stop: stop.flag(),
            ranks,
        };
        let outcome = on_device!(devices.here[0], train_on(plan))?;
        guests.wait();
        Ok(outcome)
    }

    /// Compares the augmentation with that of the run, which only the copy of its experiment holds.
    fn check_augmentation(&self, folder: &RunFolder) -> Result<()> {
        let (before, now) =
            (Experiment::from_run(folder, &[])?.variation(), self.experiment.variation());
        if before == now {
            return Ok(());
        }
        Err(user(format!(
            "{} was trained with {before:?}, but {now:?} is asked for; use --force to \
             start over",
            folder.path().display()
        )))
    }
}

/// Folder of the run, and treatment of a run that is in it.
fn place(arguments: &Arguments) -> (PathBuf, Existing) {
    if let Some(run) = &arguments.resume {
        return (run.clone(), Existing::Resume);
    }
    let stem = arguments.config.as_deref().and_then(Path::file_stem).unwrap_or_default();
    let out = arguments.out.clone().unwrap_or_else(|| Path::new("runs").join(stem));
    (out, if arguments.force { Existing::Replace } else { Existing::Refuse })
}

/// Removes the files of a run without a checkpoint, from which nothing could be continued.
fn discard(run: &RunFolder) {
    let entries = fs::read_dir(run.checkpoints()).into_iter().flatten().flatten();
    let mut names = entries.filter_map(|entry| entry.file_name().into_string().ok());
    if names.any(|name| name.parse::<u64>().is_ok()) {
        return;
    }
    // The error that led here is reported; a file that resists removal adds nothing to it.
    let _ = fs::remove_dir_all(run.checkpoints());
    let _ = fs::remove_dir_all(run.events());
    for name in [
        "best.safetensors",
        "metrics.jsonl",
        "metrics.partial",
        "experiment.ron",
        "run.json",
        FolderLock::FILE,
    ] {
        let _ = fs::remove_file(run.path().join(name));
    }
    let _ = fs::remove_dir(run.path());
}

/// Trains on a backend.
pub(super) fn train_on<B: KernelBackend>(plan: TrainPlan, device: &B::Device) -> Result<Outcome> {
    Ok(train_supernet::<Autodiff<B>>(plan, device)?)
}
