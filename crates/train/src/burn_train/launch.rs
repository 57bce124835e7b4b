//! Launch of a training run: optimiser, learner, dashboard and strategy of burn-train.

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use burn::backend::Flex;
use burn::optim::Optimizer;
use burn::optim::adaptor::OptimizerAdaptor;
use burn::tensor::backend::AutodiffBackend;
use burn_train::logger::InMemoryMetricLogger;
use burn_train::metric::LossMetric;
use burn_train::renderer::tui::TuiMetricsRendererWrapper;
use burn_train::{Learner, SupervisedTraining, TrainingStrategy};
use scalenas_base::atomic;
use scalenas_kernels::KernelBackend;
use scalenas_model::{Supernet, save_supernet};
use scalenas_space::Architecture;

use super::learner::TaskLearner;
use super::metrics::SubnetFigure;
use super::renderer::SilentRenderer;
use super::session::End;
use super::setup::{Components, Setup, State};
use super::strategy::SupernetStrategy;
use crate::error::{Error, Result};
use crate::run::checkpoint::folder::Checkpoints;
use crate::run::loader::{LoadError, NoBatches, SupernetLoader};
use crate::run::losses::metrics::MetricsFile;
use crate::run::optimiser::adam::Adam;
use crate::run::optimiser::all_at_once::AdamOptimizer;
use crate::run::optimiser::decay::Decay;
use crate::run::optimiser::sgd::SgdByKind;
use crate::run::options::{Momentum, OptimizerOptions};
use crate::run::plan::{self, Outcome, TrainPlan};
use crate::run::progress::Display;
use crate::run::start;
use crate::score::grade::Figure;

/// Trains a supernet (or one subnet of it, by the sampling of the options), from the newest
/// checkpoint if there is one, and writes its weights.
///
/// # Errors
/// If options or data do not fit, a file cannot be read or written, or the loss diverges.
pub fn train_supernet<B>(plan: TrainPlan, device: &B::Device) -> Result<Outcome>
where
    B: AutodiffBackend + KernelBackend,
    B::InnerBackend: KernelBackend,
{
    let ranks = plan.ranks.clone();
    let outcome = train::<B>(plan, device);
    match &outcome {
        Ok(_) => ranks.finish(),
        Err(error) => ranks.abandon(&error.to_string()),
    }
    outcome
}

fn train<B>(plan: TrainPlan, device: &B::Device) -> Result<Outcome>
where
    B: AutodiffBackend + KernelBackend,
    B::InnerBackend: KernelBackend,
{
    let options = &plan.folder.info().train;
    options.validate()?;
    if !options.precision.fits::<B>(device) {
        let (key, value) = ("precision", format!("{:?}", options.precision));
        return Err(Error::Option { key, value, accepted: "F32, which every device has" });
    }
    match options.optimizer {
        OptimizerOptions::Adam => {
            launch::<B, _>(&plan, AdamOptimizer::from(Adam::default()), device)
        }
        OptimizerOptions::AdamW(decay) => {
            let rule = Adam::default().with_decay(decay);
            launch::<B, _>(&plan, AdamOptimizer::from(rule), device)
        }
        OptimizerOptions::Sgd(Momentum { momentum, weight_decay, decay_norms }) => {
            let rule = SgdByKind::new(momentum, Decay { weight_decay, decay_norms });
            launch::<B, OptimizerAdaptor<_, TaskLearner<B>, B>>(&plan, rule.into(), device)
        }
    }
}

fn launch<B, O>(plan: &TrainPlan, optimizer: O, device: &B::Device) -> Result<Outcome>
where
    B: AutodiffBackend + KernelBackend,
    B::InnerBackend: KernelBackend,
    O: Optimizer<TaskLearner<B>, B> + 'static,
{
    let clock = Instant::now();
    plan::check_data(plan.folder.info(), &plan.tasks)?;
    let error = LoadError::default();
    let (setup, supernet, state) = prepare::<B>(plan, error.clone(), device)?;
    let loader = loader::<B>(plan, setup.start, error, device);
    let schedule = plan::schedule(&setup.options.schedule, setup.epoch_length);
    let learner = Learner::new(TaskLearner { supernet }, optimizer, schedule);
    let strategy = Arc::new(SupernetStrategy::new(setup, state));
    let training = training::<B, O>(plan, loader);
    let custom = TrainingStrategy::Custom(Arc::clone(&strategy) as Arc<_>);
    training.with_training_strategy(custom).launch(learner);
    let ended = strategy.end()?;
    if ended.end == End::Complete && plan.ranks.is_first() {
        let (weights, best) = (plan.folder.weights(), plan.folder.best());
        if plan.folder.info().train.validation.patience.is_some() && best.exists() {
            keep_best(&best, &weights)?;
        } else {
            save_supernet(&weights, &ended.supernet, &ended.statistics)?;
        }
    }
    Ok(Outcome {
        iterations: ended.iterations,
        interrupted: ended.end == End::Stopped,
        loss: ended.loss,
        seconds: clock.elapsed().as_secs_f64(),
    })
}

/// Makes the weights of the best validation those of the run.
fn keep_best(best: &Path, weights: &Path) -> Result<()> {
    let bytes = fs::read(best).map_err(|e| Error::file("read", best, e))?;
    atomic::write(weights, bytes).map_err(|e| Error::file("write", weights, e))
}

/// Inputs of the loop, with the weights and the state at its start.
type Prepared<B> = (Setup<B>, Supernet<B>, State<B>);

fn prepare<B>(plan: &TrainPlan, error: LoadError, device: &B::Device) -> Result<Prepared<B>>
where
    B: AutodiffBackend + KernelBackend,
    B::InnerBackend: KernelBackend,
{
    let (info, is_first) = (plan.folder.info(), plan.ranks.is_first());
    let checkpoints = Checkpoints::new(plan.folder.checkpoints(), info.train.checkpoints.keep);
    let start = checkpoints.list()?.last().copied().unwrap_or(0);
    let length = plan.tasks.iterations() as u64;
    plan.ranks.compare([
        ("iteration to go on from", start),
        ("iterations per epoch", length),
        ("samples", plan.tasks.samples() as u64),
    ])?;
    let (supernet, statistics) = start::initial::<B>(info, &checkpoints, start, device)?;
    let meter = start::meter::<B>(&checkpoints, start, device)?;
    let average = start::average::<B>(info, &checkpoints, start, &supernet, device)?;
    let setup = Setup {
        spec: info.space.clone(),
        options: info.train.clone(),
        device: device.clone(),
        epoch_length: length,
        start,
        checkpoints,
        best: plan.folder.best(),
        teacher: start::teacher::<B>(info, device)?,
        validation: is_first
            .then(|| start::validation::<B>(info, &plan.tasks, device))
            .transpose()?
            .flatten(),
        progress: Arc::clone(&plan.progress),
        stop: Arc::clone(&plan.stop),
        ranks: plan.ranks.clone(),
        loader_error: error,
    };
    let metrics = is_first.then(|| metrics(plan, start)).transpose()?;
    Ok((setup, supernet, State { statistics, metrics, meter, average }))
}

/// Metrics file of a run from iteration `start` on.
fn metrics(plan: &TrainPlan, start: u64) -> Result<MetricsFile> {
    let metrics = MetricsFile::open(&plan.folder.metrics(), start)?;
    if plan.folder.info().train.tensorboard {
        return metrics.with_events(&plan.folder.events());
    }
    Ok(metrics)
}

fn loader<B>(
    plan: &TrainPlan,
    start: u64,
    error: LoadError,
    device: &B::Device,
) -> SupernetLoader<B>
where
    B: AutodiffBackend + KernelBackend,
{
    let (info, part) = (plan.folder.info(), plan.ranks.part());
    SupernetLoader::new(plan.tasks.clone(), &info.space, &info.train, part, device, start, error)
}

fn training<B, O>(
    plan: &TrainPlan,
    loader: SupernetLoader<B>,
) -> SupervisedTraining<Components<B, O>>
where
    B: AutodiffBackend + KernelBackend,
    B::InnerBackend: KernelBackend,
    O: Optimizer<TaskLearner<B>, B> + 'static,
{
    let training: SupervisedTraining<Components<B, O>> =
        SupervisedTraining::new(plan.folder.path(), Arc::new(loader), Arc::new(NoBatches))
            .with_metric_logger(InMemoryMetricLogger::default())
            .with_application_logger(None)
            .num_epochs(plan.folder.info().train.schedule.epochs.number())
            .metric_train_numeric(LossMetric::<Flex>::new());
    let interrupter = training.interrupter();
    let mut training = match plan.display {
        Display::Dashboard => training.renderer(TuiMetricsRendererWrapper::new(interrupter, None)),
        Display::Plain => training.renderer(SilentRenderer),
    };
    for task in plan.tasks.iter().filter(|task| task.held_out.is_some()) {
        for name in Architecture::NAMES {
            let figure = Figure::of_head(task.head);
            training = training.metric_valid_numeric(SubnetFigure::new(figure, name));
        }
    }
    training
}
