//! Start of a run: weights and statistics of a checkpoint, of a file, or fresh ones.

use burn::module::AutodiffModule;
use burn::tensor::backend::AutodiffBackend;
use scalenas_kernels::KernelBackend;
use scalenas_model::{Statistics, Supernet};

use super::average::Average;
use super::checkpoint::folder::Checkpoints;
use super::info::RunInfo;
use super::losses::meter::{Meter, MeterRecord};
use super::teacher::Teacher;
use crate::error::Result;
use crate::score::validation::Validation;
use crate::task::data::Tasks;

/// Weights and running statistics at the start of iteration `start`.
pub(crate) fn initial<B>(
    info: &RunInfo,
    checkpoints: &Checkpoints,
    start: u64,
    device: &B::Device,
) -> Result<(Supernet<B>, Statistics<B::InnerBackend>)>
where
    B: AutodiffBackend + KernelBackend,
    B::InnerBackend: KernelBackend,
{
    let (spec, seed) = (&info.space, info.train.seed);
    let mut supernet = Supernet::<B>::new(spec, seed, device);
    if start > 0 {
        // The learner itself is restored by the strategy, with its optimiser.
        let (_, statistics) = checkpoints.supernet::<B::InnerBackend>(start, device)?;
        return Ok((supernet, statistics));
    }
    let Some(path) = &info.train.weights.initial else {
        let inner = Supernet::<B::InnerBackend>::new(spec, seed, device);
        return Ok((supernet, inner.initial_statistics(device)));
    };
    let start = supernet.start_from(path)?;
    let inner = Supernet::<B::InnerBackend>::new(spec, seed, device);
    let statistics = inner.statistics_of_start(&start, &path.display().to_string(), device)?;
    Ok((supernet, statistics))
}

/// Average of the weights at the start of iteration `start`, if the options ask for one; it begins with the
/// weights.
pub(crate) fn average<B>(
    info: &RunInfo,
    checkpoints: &Checkpoints,
    start: u64,
    supernet: &Supernet<B>,
    device: &B::Device,
) -> Result<Option<Average<B::InnerBackend>>>
where
    B: AutodiffBackend,
{
    let Some(decay) = info.train.average else { return Ok(None) };
    let supernet = if start > 0 { checkpoints.average(start, device)? } else { supernet.valid() };
    Ok(Some(Average::new(decay, supernet)))
}

/// Meter at the start of iteration `start`.
pub(crate) fn meter<B: AutodiffBackend>(
    checkpoints: &Checkpoints,
    start: u64,
    device: &B::Device,
) -> Result<Meter<B::InnerBackend>> {
    let record = if start > 0 { checkpoints.meter(start)? } else { MeterRecord::default() };
    Ok(Meter::new(&record, device))
}

/// Teacher of a run, if its options name one.
pub(crate) fn teacher<B>(
    info: &RunInfo,
    device: &B::Device,
) -> Result<Option<Teacher<B::InnerBackend>>>
where
    B: AutodiffBackend,
    B::InnerBackend: KernelBackend,
{
    let path = info.train.weights.teacher.as_ref();
    path.map(|path| Teacher::load(path, &info.space, device)).transpose()
}

/// Validation of a run, if its options ask for it and there is held-out data.
pub(crate) fn validation<B>(
    info: &RunInfo,
    tasks: &Tasks,
    device: &B::Device,
) -> Result<Option<Validation<B::InnerBackend>>>
where
    B: AutodiffBackend,
    B::InnerBackend: KernelBackend,
{
    let scored = tasks.iter().any(|task| task.held_out.is_some());
    if info.train.validation.every.is_none() || !scored {
        return Ok(None);
    }
    Ok(Some(Validation::read(tasks, &info.train, device)?))
}
