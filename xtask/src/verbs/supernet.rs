//! `supernet`: training from an experiment file.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Result;
use burn::backend::Autodiff;
use scalenas_data::PoseDataset;
use scalenas_eval::{KeypointEvaluator, Sigmas};
use scalenas_kernels::KernelBackend;
use scalenas_space::{Architecture, cost};
use scalenas_train::{Display, Existing, Outcome, RunFolder, RunInfo, TrainPlan, train_supernet};
use serde_json::json;

use crate::cli::SupernetArguments as Arguments;
use crate::config::Experiment;
use crate::data::{People, bad_images, image_ids, say_skipped, split};
use crate::device::DeviceChoice;
use crate::fault::user;
use crate::interrupt::Stop;
use crate::on_device;
use crate::output::{Output, table};
use crate::progress::Shown;

/// Trains, or says what would be trained.
pub fn run(arguments: &Arguments, output: &Output, stop: &Stop) -> Result<()> {
    let experiment = Experiment::read(&arguments.config, &arguments.set)?;
    let job = Job::new(&experiment, arguments)?;
    if arguments.dry_run {
        return dry_run(&job, output);
    }
    let outcome = job.train(arguments.device, output, stop)?;
    say_skipped(&job.train, output);
    report(&job.out, &outcome, output)
}

/// A run that is about to start.
pub struct Job {
    /// What is asked for.
    pub info: RunInfo,
    /// Folder of the run.
    pub out: PathBuf,
    /// What to do about an existing run.
    pub existing: Existing,
    /// People to learn from.
    pub train: Arc<PoseDataset>,
    /// Held-out people with their ground truth.
    pub validation: (Arc<PoseDataset>, KeypointEvaluator),
}

impl Job {
    fn new(experiment: &Experiment, arguments: &Arguments) -> Result<Self> {
        let data = arguments.data.as_ref().or(experiment.data.as_ref()).ok_or_else(|| {
            user(format!(
                "{} names no data set: add data: \"FOLDER\" or give --data FOLDER",
                arguments.config.display()
            ))
        })?;
        let stem = arguments.config.file_stem().unwrap_or_default();
        let default = Path::new("runs").join(stem);
        let (out, existing) = match (&arguments.resume, arguments.force) {
            (Some(run), _) => (run.clone(), Existing::Resume),
            (None, true) => (arguments.out.clone().unwrap_or(default), Existing::Replace),
            (None, false) => (arguments.out.clone().unwrap_or(default), Existing::Refuse),
        };
        Self::prepare(experiment, data, out, existing, arguments.skip_bad_images)
    }

    /// Reads the data and checks everything that can be checked before a folder is made.
    pub fn prepare(
        experiment: &Experiment,
        data: &Path,
        out: PathBuf,
        existing: Existing,
        skip_bad: bool,
    ) -> Result<Self> {
        let (facts, space) = (experiment.keypoint_facts()?, experiment.space()?);
        let input = experiment.input;
        cost::cost(&space, &Architecture::smallest(&space), input)?;
        let bad = bad_images(skip_bad);
        let train = People::read(split(data, "train")?, &facts, input)?;
        let held_out = People::read(split(data, "val")?, &facts, input)?;
        let train = train.training(experiment.augment, experiment.train.seed, bad)?;
        let validation = held_out.annotated(experiment.train.validation_people, bad)?;
        let sigmas = Sigmas::new(facts.sigmas.clone())?;
        let evaluator = KeypointEvaluator::read(&held_out.files.annotations, &sigmas)?
            .on_images(&image_ids(&validation))?;
        let info = RunInfo::new(
            space,
            input,
            data.to_owned(),
            experiment.facts.clone(),
            experiment.train.clone(),
        );
        Ok(Self { info, out, existing, train, validation: (validation, evaluator) })
    }

    /// Makes or opens the folder and trains.
    pub fn train(&self, device: DeviceChoice, output: &Output, stop: &Stop) -> Result<Outcome> {
        let folder = RunFolder::create(&self.out, self.info.clone(), self.existing)?;
        let display = if output.interactive() { Display::Dashboard } else { Display::Plain };
        let plan = TrainPlan {
            folder,
            train: Arc::clone(&self.train),
            validation: Some(self.validation.clone()),
            display,
            progress: Arc::new(Shown::new(output)),
            stop: stop.flag(),
        };
        on_device!(device, train_on(plan))
    }
}

fn train_on<B: KernelBackend>(plan: TrainPlan, device: &B::Device) -> Result<Outcome> {
    Ok(train_supernet::<Autodiff<B>>(plan, device)?)
}

fn report(out: &Path, outcome: &Outcome, output: &Output) -> Result<()> {
    let value = json!({
        "run": out,
        "iterations": outcome.iterations,
        "interrupted": outcome.interrupted,
        "loss": outcome.loss,
        "seconds": outcome.seconds,
    });
    let next = if outcome.interrupted {
        format!("stopped; continue with --resume {}", out.display())
    } else {
        format!("next: cargo xtask evolve --run {}", out.display())
    };
    let text = format!(
        "{} iterations in {:.0} s, loss {:.3e}\n{next}",
        outcome.iterations, outcome.seconds, outcome.loss
    );
    output.result(&value, text)
}

fn dry_run(job: &Job, output: &Output) -> Result<()> {
    let train = &job.info.train;
    let iterations = job.train.len() / train.batch * train.epochs;
    let largest =
        cost::cost(&job.info.space, &Architecture::largest(&job.info.space), job.info.input)?;
    let activations = largest.activation_bytes * train.batch as u64;
    let value = json!({
        "out": job.out,
        "space": job.info.space.name,
        "train_people": job.train.len(),
        "validation_people": job.validation.0.len(),
        "iterations": iterations,
        "largest_parameters": largest.parameters,
        "activation_bytes": activations,
        "train": train,
    });
    let row = |name: &str, value: String| vec![name.to_owned(), value];
    let rows = [
        row("run folder", job.out.display().to_string()),
        row("people to learn from", job.train.len().to_string()),
        row("people held out", job.validation.0.len().to_string()),
        row(
            "iterations",
            format!("{iterations} ({} epochs of batch {})", train.epochs, train.batch),
        ),
        row("largest network", format!("{:.2} M parameters", largest.parameters as f64 / 1e6)),
        row(
            "its activations",
            format!("{:.2} GiB a batch", activations as f64 / f64::from(1 << 30)),
        ),
    ];
    output.result(&value, table(&["plan", &job.info.space.name], &rows))
}
