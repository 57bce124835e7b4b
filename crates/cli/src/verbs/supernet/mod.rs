//! `supernet`: training from an experiment file.

mod arguments;
mod memory;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, Result};
use burn::backend::Autodiff;
use scalenas_data::BadImages;
use scalenas_kernels::KernelBackend;
use scalenas_model::{Absent, NamedParameters, Supernet, load_supernet};
use scalenas_space::{Architecture, SpaceSpec, cost};
use scalenas_train::{
    Display, Error, Existing, Outcome, RunFolder, RunInfo, Tasks, Teacher, TrainOptions, TrainPlan,
    check_data, train_supernet,
};
use serde_json::json;

use crate::context::Stop;
use crate::context::device::{self, DeviceChoice, HOST, Host, on_device};
use crate::data::say_skipped;
use crate::error::user;
use crate::experiment::Experiment;
use crate::render::Shown;
use crate::render::{Output, table};
use crate::task::Request;
pub use arguments::Arguments;

/// Trains a supernet, or reports the plan of a dry run.
pub fn run(arguments: &Arguments, output: Output, stop: &Stop) -> Result<()> {
    device::require(arguments.device.choice)?;
    let job = Job::new(arguments)?;
    if arguments.dry_run {
        return dry_run(&job, output);
    }
    let outcome = job.train(arguments.device.choice, output, stop)?;
    say_skipped(&job.tasks.skipped(), output);
    report(&job, &outcome, output)
}

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
}

impl Job {
    fn new(arguments: &Arguments) -> Result<Self> {
        let changes = arguments.changes.list();
        let resumed = arguments.resume.as_deref().map(RunFolder::open).transpose()?;
        let experiment = match (&arguments.config, &resumed) {
            (Some(config), _) => Experiment::read(config, &changes)?,
            (None, Some(run)) => Experiment::from_run(run, &changes)?,
            (None, None) => return Err(user("give --config FILE or --resume RUN")),
        };
        let known = resumed.as_ref().map(|run| run.info().leading().data.clone());
        let data = arguments.data.folder.clone().or(known).or_else(|| experiment.data.clone());
        let data = data.ok_or_else(|| {
            let name = arguments.config.as_deref().unwrap_or(Path::new("the experiment")).display();
            user(format!("{name} names no data set: add data: \"FOLDER\" or give --data FOLDER"))
        })?;
        let (out, existing) = place(arguments);
        Self::prepare(experiment, &data, out, existing, arguments.data.bad_images())
    }

    /// Reads the data and checks all that can be checked before the folder is created.
    pub fn prepare(
        experiment: Experiment,
        data: &Path,
        out: PathBuf,
        existing: Existing,
        bad: BadImages,
    ) -> Result<Self> {
        if existing == Existing::Refuse && RunFolder::open(&out).is_ok() {
            return Err(Error::Occupied { path: out }.into());
        }
        let (space, options) = (experiment.space()?, experiment.train.clone());
        check_weights(&space, &options)?;
        let info = RunInfo::new(space, experiment.sources(data)?, options)?;
        let request = Request {
            info: &info,
            data,
            variation: experiment.variation(),
            most: info.train.validation.samples.map_or(0, usize::from),
            bad,
        };
        let tasks = request.tasks()?;
        check_data(&info, &tasks)?;
        Ok(Self { experiment, info, out, existing, tasks })
    }

    /// Creates or opens the folder and trains. A new run that fails before its first checkpoint
    /// leaves nothing behind.
    pub fn train(&self, device: DeviceChoice, output: Output, stop: &Stop) -> Result<Outcome> {
        let folder = RunFolder::create(&self.out, self.info.clone(), self.existing)?;
        let result = self.fill(&folder, device, output, stop);
        if result.is_err() && self.existing != Existing::Resume {
            discard(&folder);
        }
        result
    }

    fn fill(
        &self,
        folder: &RunFolder,
        device: DeviceChoice,
        output: Output,
        stop: &Stop,
    ) -> Result<Outcome> {
        if self.existing == Existing::Resume {
            self.check_augmentation(folder)?;
        } else {
            self.experiment.keep(folder)?;
        }
        let display = if output.interactive() { Display::Dashboard } else { Display::Plain };
        let plan = TrainPlan {
            folder: folder.clone(),
            tasks: self.tasks.clone(),
            display,
            progress: Arc::new(Shown::new(output)),
            stop: stop.flag(),
        };
        on_device!(device, train_on(plan))
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

/// Refuses initial weights and teachers of another space.
fn check_weights(space: &SpaceSpec, options: &TrainOptions) -> Result<()> {
    let fits = |path: &Path| {
        let (weights, _) = load_supernet::<Host>(path, &HOST)?;
        let origin = path.display().to_string();
        let mut supernet = Supernet::<Host>::new(space, options.seed, &HOST);
        supernet.load_named(&weights.to_named(), Absent::Refuse, &origin)
    };
    if let Some(path) = &options.weights.teacher {
        fits(path).context("option train.teacher")?;
        Teacher::<Host>::load(path, space, &HOST).context("option train.teacher")?;
    }
    if let Some(path) = &options.weights.initial {
        fits(path).context("option train.initial")?;
    }
    Ok(())
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
    for name in ["metrics.jsonl", "metrics.partial", "experiment.ron", "run.json"] {
        let _ = fs::remove_file(run.path().join(name));
    }
    let _ = fs::remove_dir(run.path());
}

fn train_on<B: KernelBackend>(plan: TrainPlan, device: &B::Device) -> Result<Outcome> {
    Ok(train_supernet::<Autodiff<B>>(plan, device)?)
}

fn report(job: &Job, outcome: &Outcome, output: Output) -> Result<()> {
    let out = &job.out;
    let value = json!({
        "run": out,
        "skipped_images": job.tasks.skipped().len(),
        "iterations": outcome.iterations,
        "interrupted": outcome.interrupted,
        "loss": outcome.loss,
        "seconds": outcome.seconds,
    });
    let next = if outcome.interrupted {
        format!("stopped; continue with cargo xtask supernet --resume {}", out.display())
    } else {
        format!("next: cargo xtask evolve --run {}", out.display())
    };
    let text = format!(
        "{} iterations in {:.0} s, loss {:.3e}\n{next}",
        outcome.iterations, outcome.seconds, outcome.loss
    );
    output.result(&value, text)
}

fn dry_run(job: &Job, output: Output) -> Result<()> {
    let train = &job.info.train;
    let tasks = &job.tasks;
    let unit = tasks.unit().replace(' ', "_");
    let epochs = train.schedule.epochs;
    let iterations = tasks.iterations() * epochs;
    let held_out = tasks.held_out_samples();
    let space = &job.info.space;
    let largest = cost::cost(space, &Architecture::largest(space), job.info.leading().input)?;
    let memory = memory::of_step(&job.info)?;
    let gib = |bytes: u64| format!("{:.2} GiB", bytes as f64 / f64::from(1 << 30));
    let value = json!({
        "out": job.out,
        "space": job.info.space.name,
        (format!("train_{unit}")): tasks.samples(),
        (format!("validation_{unit}")): held_out,
        "iterations": iterations,
        "largest_parameters": largest.parameters,
        "activation_bytes": memory.activations,
        "peak_bytes": memory.peak,
        "train": train,
    });
    let row = |name: &str, value: String| vec![name.to_owned(), value];
    let rows = [
        row("run folder", job.out.display().to_string()),
        row(&format!("{} to learn from", tasks.unit()), tasks.samples().to_string()),
        row(&format!("{} held out", tasks.unit()), held_out.to_string()),
        row("iterations", format!("{iterations} ({epochs} epochs of batch {})", train.batch)),
        row("largest network", format!("{:.2} M parameters", largest.parameters as f64 / 1e6)),
        row("memory of its training step", gib(memory.peak)),
        row("of which activations", gib(memory.activations)),
    ];
    output.result(&value, table(&["plan", &job.info.space.name], &rows))
}
