//! A training run from its plan to the weights on disk.

use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use burn::optim::adaptor::OptimizerAdaptor;
use burn::optim::decay::WeightDecayConfig;
use burn::optim::momentum::MomentumConfig;
use burn::optim::{Optimizer, SgdConfig};
use burn::tensor::backend::AutodiffBackend;
use burn_train::logger::InMemoryMetricLogger;
use burn_train::metric::LossMetric;
use burn_train::renderer::tui::TuiMetricsRendererWrapper;
use burn_train::{Learner, SupervisedTraining, TrainingStrategy};
use scalenas_kernels::KernelBackend;
use scalenas_model::{Absent, NamedParameters, Statistics, Supernet, load_supernet, save_supernet};
use scalenas_space::{Architecture, SpaceSpec};

use crate::burn_train::learner::TaskLearner;
use crate::burn_train::renderer::SilentRenderer;
use crate::burn_train::strategy::{Components, Ended, State, SupernetStrategy};
use crate::error::{Error, Result};
use crate::run::checkpoint::Checkpoints;
use crate::run::folder::RunFolder;
use crate::run::loader::{Fault, NoBatches, SupernetLoader};
use crate::run::meter::{Meter, MeterRecord};
use crate::run::metrics::MetricsFile;
use crate::run::optimiser::adam::Adam;
use crate::run::optimiser::schedule::{Decay, Schedule};
use crate::run::options::{OptimizerOptions, TrainOptions};
use crate::run::progress::{Display, Progress};
use crate::run::teacher::Teacher;
use crate::score::calibration::CalibrationSource;
use crate::score::validation::{HeldOut, SubnetGrade, Validation};
use crate::task::training_set::TrainingSet;

/// Everything that a run needs.
pub struct TrainPlan {
    /// Where it leaves its files; holds space and options.
    pub folder: RunFolder,
    /// What to learn from, augmented.
    pub train: TrainingSet,
    /// What to validate on.
    pub validation: Vec<HeldOut>,
    /// What the user looks at.
    pub display: Display,
    /// Where progress is told.
    pub progress: Arc<dyn Progress>,
    /// Set to stop after the current iteration, with a checkpoint.
    pub stop: Arc<AtomicBool>,
}

/// How a run ended.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// Iterations done in all.
    pub iterations: u64,
    /// Whether it was stopped before its end; it can be resumed.
    pub interrupted: bool,
    /// Mean loss of the last iterations.
    pub loss: f64,
    /// Seconds of this part of the run.
    pub seconds: f64,
}

/// Trains a supernet (or one subnet of it, by `sampling`), from the newest checkpoint if there is
/// one, and writes its weights.
pub fn train_supernet<B>(plan: TrainPlan, device: &B::Device) -> Result<Outcome>
where
    B: AutodiffBackend + KernelBackend,
    B::InnerBackend: KernelBackend,
{
    let options = plan.folder.info().train.clone();
    options.validate()?;
    if !options.precision.fits::<B>(device) {
        let (key, value) = ("precision", format!("{:?}", options.precision));
        return Err(Error::Option { key, value, accepted: "F32, which every device has" });
    }
    match options.optimizer {
        OptimizerOptions::Adam => {
            launch::<B, _>(plan, OptimizerAdaptor::from(Adam::default()), &options, device)
        }
        OptimizerOptions::Sgd(sgd) => {
            let momentum = MomentumConfig::new().with_momentum(sgd.momentum).with_dampening(0.0);
            let config = SgdConfig::new()
                .with_momentum(Some(momentum))
                .with_weight_decay(Some(WeightDecayConfig::new(sgd.weight_decay as f32)));
            launch(plan, config.init::<B, TaskLearner<B>>(), &options, device)
        }
    }
}

fn launch<B, O>(
    plan: TrainPlan,
    optimizer: O,
    options: &TrainOptions,
    device: &B::Device,
) -> Result<Outcome>
where
    B: AutodiffBackend + KernelBackend,
    B::InnerBackend: KernelBackend,
    O: Optimizer<TaskLearner<B>, B> + 'static,
{
    let clock = Instant::now();
    check_size(&plan, options)?;
    let spec = plan.folder.info().space.clone();
    let checkpoints = Checkpoints::new(plan.folder.checkpoints(), options.keep_checkpoints);
    let start = checkpoints.list()?.last().copied().unwrap_or(0);
    let (supernet, statistics) = initial::<B>(&spec, options, &checkpoints, start, device)?;
    let meter = if start > 0 { checkpoints.meter(start)? } else { MeterRecord::default() };
    let fault = Fault::default();
    let loader: SupernetLoader<B> =
        SupernetLoader::new(plan.train.clone(), &spec, options, device, start, fault.clone());
    let strategy = Arc::new(SupernetStrategy::<B> {
        spec: spec.clone(),
        options: options.clone(),
        device: device.clone(),
        epoch_length: loader.epoch_length(),
        start,
        checkpoints,
        teacher: teacher::<B>(&spec, options, device)?,
        validation: validation::<B>(&plan, options, device)?,
        progress: Arc::clone(&plan.progress),
        stop: Arc::clone(&plan.stop),
        fault,
        state: Mutex::new(Some(State {
            statistics,
            metrics: MetricsFile::open(&plan.folder.metrics(), start)?,
            meter: Meter::new(&meter, device),
        })),
        ended: Mutex::new(None),
    });
    let learner = TaskLearner { supernet };
    let schedule = schedule(options, loader.epoch_length());
    let learner = Learner::new(learner, optimizer, schedule);
    let training = training::<B, O>(&plan, loader, options);
    let custom = TrainingStrategy::Custom(Arc::clone(&strategy) as Arc<_>);
    let result = training.with_training_strategy(custom).launch(learner);
    let ended = strategy.ended.lock().unwrap_or_else(PoisonError::into_inner).take();
    let ended: Ended<B> = ended.expect("the strategy always says how it ended")?;
    if !ended.interrupted {
        save_supernet(&plan.folder.weights(), &result.model.supernet, &ended.statistics)?;
    }
    Ok(Outcome {
        iterations: ended.iterations,
        interrupted: ended.interrupted,
        loss: ended.loss,
        seconds: clock.elapsed().as_secs_f64(),
    })
}

fn training<B, O>(
    plan: &TrainPlan,
    loader: SupernetLoader<B>,
    options: &TrainOptions,
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
            .num_epochs(options.epochs)
            .metric_train_numeric(LossMetric::<burn::backend::Flex>::new());
    let interrupter = training.interrupter();
    let mut training = match plan.display {
        Display::Dashboard => training.renderer(TuiMetricsRendererWrapper::new(interrupter, None)),
        Display::Plain => training.renderer(SilentRenderer),
    };
    for figure in plan.validation.iter().map(HeldOut::figure) {
        for name in Architecture::NAMES {
            training = training.metric_valid_numeric(SubnetGrade::new(figure, name));
        }
    }
    training
}

fn check_size(plan: &TrainPlan, options: &TrainOptions) -> Result<()> {
    let (found, unit) = (plan.train.samples(), plan.train.unit());
    if plan.train.iterations(options.batch) > 0 {
        return Ok(());
    }
    let data = plan.folder.info().data.display().to_string();
    Err(Error::TooFew { found, unit, data, batch: options.batch })
}

/// Weights and statistics to start from: a checkpoint's, a file's, or fresh ones.
fn initial<B>(
    spec: &SpaceSpec,
    options: &TrainOptions,
    checkpoints: &Checkpoints,
    start: u64,
    device: &B::Device,
) -> Result<(Supernet<B>, Statistics<B::InnerBackend>)>
where
    B: AutodiffBackend + KernelBackend,
    B::InnerBackend: KernelBackend,
{
    let mut supernet = Supernet::<B>::new(spec, options.seed, device);
    if start > 0 {
        // The learner itself is restored by the strategy, with its optimiser.
        let (_, statistics) = checkpoints.supernet::<B::InnerBackend>(start, device)?;
        return Ok((supernet, statistics));
    }
    let Some(path) = &options.initial else {
        let inner = Supernet::<B::InnerBackend>::new(spec, options.seed, device);
        return Ok((supernet, inner.initial_statistics(device)));
    };
    let (weights, statistics) = load_supernet::<B::InnerBackend>(path, device)?;
    supernet.load_named(&weights.to_named(), Absent::Refuse, &path.display().to_string())?;
    Ok((supernet, statistics))
}

fn teacher<B>(
    spec: &SpaceSpec,
    options: &TrainOptions,
    device: &B::Device,
) -> Result<Option<Teacher<B::InnerBackend>>>
where
    B: AutodiffBackend,
    B::InnerBackend: KernelBackend,
{
    options.teacher.as_ref().map(|path| Teacher::load(path, spec, device)).transpose()
}

fn validation<B>(
    plan: &TrainPlan,
    options: &TrainOptions,
    device: &B::Device,
) -> Result<Option<Validation<B::InnerBackend>>>
where
    B: AutodiffBackend,
    B::InnerBackend: KernelBackend,
{
    if options.validate_every == 0 || plan.validation.is_empty() {
        return Ok(None);
    }
    let calibration = CalibrationSource::all(&plan.train, plan.folder.info(), device)?;
    Ok(Some(Validation::new(plan.validation.clone(), calibration)))
}

fn schedule(options: &TrainOptions, epoch_length: u64) -> Schedule {
    let iterations = |&epochs: &usize| epochs as u64 * epoch_length;
    let decay = match options.poly {
        Some(power) => Decay::Poly { power, iterations: iterations(&options.epochs) },
        None => Decay::Steps {
            factor: options.decay,
            milestones: options.milestones.iter().map(iterations).collect(),
        },
    };
    Schedule::new(options.learning_rate, decay, options.warmup as u64)
}
