//! Ranks of a run: processes that train one network together, each with a part of every batch.
//!
//! All of them draw the same subnets and hold the same weights; what differs is the part of the batch. Gradients are
//! summed over the ranks before a step, those of the layers that the iteration's subnets use and no others. The first
//! rank alone writes files, validates and shows progress.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};

use burn::module::{AutodiffModule, ModuleVisitor, Param};
use burn::optim::GradientsParams;
use burn::tensor::backend::{AutodiffBackend, Backend};
use burn::tensor::{DType, Tensor, TensorData};
use scalenas_collective::Group;
use scalenas_data::BatchPart;
use scalenas_model::BatchShare;

use super::batch::{Share, TrainBatch};
use crate::error::{Error, Result};

/// Label of what the ranks agree on before an iteration; operations of a network count from 0.
const MEETING: u64 = 1 << 60;
/// Label of gradients.
const GRADIENTS: u64 = MEETING + 1;
/// Label of a loss.
const LOSS: u64 = MEETING + 2;
/// Label of what the first rank tells the others.
const NEWS: u64 = MEETING + 3;

/// Processes that train one network together, as one of them sees them.
#[derive(Debug, Clone, Default)]
pub struct Ranks(Option<Arc<Member>>);

/// A process among several.
#[derive(Debug)]
struct Member {
    group: Group,
    /// Operations of networks so far.
    operations: AtomicU64,
    /// Why the group ended, if it did in the middle of a step.
    lost: OnceLock<scalenas_collective::Error>,
}

impl scalenas_kernels::Group for Member {
    fn label(&self) -> u64 {
        self.operations.fetch_add(1, Ordering::Relaxed)
    }

    fn sum(&self, label: u64, values: &mut [f64]) {
        // Passes through a network have no errors: the loop asks for them before it uses the results.
        if self.lost.get().is_none()
            && let Err(error) = self.group.sum(label, values)
        {
            let _ = self.lost.set(error);
        }
    }
}

/// What the ranks agree on before an iteration.
pub(crate) struct Agreement {
    /// Whether a rank was asked to stop.
    pub stop: bool,
    /// The latest iteration that any of them is at.
    pub latest: Option<u64>,
    /// Pictures of all of them, where all are at that iteration.
    pub pictures: Option<usize>,
}

impl Ranks {
    /// Ranks that met.
    pub fn of(group: Group) -> Self {
        let (operations, lost) = (AtomicU64::new(0), OnceLock::new());
        Self(Some(Arc::new(Member { group, operations, lost })))
    }

    /// Whether this process trains alone.
    pub fn are_one(&self) -> bool {
        self.0.is_none()
    }

    /// Whether this is the rank that writes files.
    pub fn is_first(&self) -> bool {
        self.0.as_ref().is_none_or(|member| member.group.rank() == 0)
    }

    /// Part of every batch that is this rank's.
    pub(crate) fn part(&self) -> BatchPart {
        self.0.as_ref().map_or(BatchPart::WHOLE, |member| BatchPart {
            index: member.group.rank(),
            count: member.group.ranks(),
        })
    }

    /// Fails if ranks do not have the same values, of which each has a name.
    pub(crate) fn compare<const N: usize>(&self, values: [(&'static str, u64); N]) -> Result<()> {
        let Some(member) = &self.0 else { return Ok(()) };
        let own = values.map(|(_, value)| value as f64);
        let all = member.group.gather(MEETING, &own)?;
        for (rank, theirs) in all.chunks_exact(N).enumerate() {
            for ((name, _), (value, first)) in values.iter().zip(theirs.iter().zip(&all)) {
                let (value, first) = (*value as u64, *first as u64);
                if value != first {
                    let place = member.group.names()[rank].clone();
                    return Err(Error::Unlike { rank, place, name, value, first });
                }
            }
        }
        Ok(())
    }

    /// Compares where the ranks are: pictures that cannot be read leave some without a batch.
    pub(crate) fn agree<B: Backend>(
        &self,
        batch: Option<&TrainBatch<B>>,
        stop: bool,
    ) -> Result<Agreement> {
        let iteration = batch.map(|batch| batch.position.iteration);
        let pictures = batch.map_or(0, |batch| batch.sample.images.dims()[0]);
        let Some(member) = &self.0 else {
            return Ok(Agreement { stop, latest: iteration, pictures: Some(pictures) });
        };
        // The end of an epoch comes after all of its iterations.
        let place = iteration.map_or(f64::INFINITY, |iteration| iteration as f64);
        let all = member.group.gather(MEETING, &[place, pictures as f64, f64::from(stop)])?;
        let latest = all.chunks_exact(3).map(|rank| rank[0]).fold(0.0, f64::max);
        let is_even = all.chunks_exact(3).all(|rank| rank[0].total_cmp(&latest).is_eq());
        let pictures: f64 = all.chunks_exact(3).map(|rank| rank[1]).sum();
        Ok(Agreement {
            stop: all.chunks_exact(3).any(|rank| rank[2] > 0.0),
            latest: latest.is_finite().then_some(latest as u64),
            pictures: is_even.then_some(pictures as usize),
        })
    }

    /// The share that `own` pictures are of a batch of `whole`.
    pub(crate) fn share(&self, own: usize, whole: usize, sync_norm: bool) -> Share {
        let group = self.0.as_ref().filter(|_| sync_norm);
        let norms = group.map(|member| BatchShare { group: Arc::clone(member) as Arc<_>, whole });
        Share { weight: own as f64 / whole as f64, whole, norms }
    }

    /// Fails if a rank was lost in the middle of a step, whose results are of no use then.
    pub(crate) fn check(&self) -> Result<()> {
        let lost = self.0.as_ref().and_then(|member| member.lost.get());
        lost.map_or(Ok(()), |error| Err(error.clone().into()))
    }

    /// Sum of a value `[1]` over all ranks.
    pub(crate) fn sum<B: Backend>(&self, value: Tensor<B, 1>) -> Result<Tensor<B, 1>> {
        let Some(member) = &self.0 else { return Ok(value) };
        let device = value.device();
        let mut values: Vec<f32> = value.into_data().iter::<f32>().collect();
        member.group.sum(LOSS, &mut values)?;
        Ok(Tensor::from_data(TensorData::new(values, [1]), &device))
    }

    /// Sums gradients over all ranks. They lie in one array meanwhile: one transfer off a device and one back.
    pub(crate) fn sum_gradients<M, B>(
        &self,
        module: &M,
        mut gradients: GradientsParams,
    ) -> Result<GradientsParams>
    where
        M: AutodiffModule<B>,
        B: AutodiffBackend,
    {
        let Some(member) = &self.0 else { return Ok(gradients) };
        let mut flat = Flat::<B> { gradients: &gradients, parts: Vec::new() };
        module.visit(&mut flat);
        if flat.parts.is_empty() {
            return Ok(gradients);
        }
        let device = flat.parts[0].device();
        let sums = Tensor::cat(flat.parts, 0).cast(DType::F32);
        let mut values = sums.into_data().into_vec::<f32>().expect("float32 values");
        member.group.sum(GRADIENTS, &mut values)?;
        let length = values.len();
        let sums = Tensor::from_data(TensorData::new(values, [length]), &device);
        module.visit(&mut Spread::<B> { gradients: &mut gradients, sums, next: 0 });
        Ok(gradients)
    }

    /// What the first rank says, told to all.
    pub(crate) fn hear(&self, says: bool) -> Result<bool> {
        let Some(member) = &self.0 else { return Ok(says) };
        let all = member.group.gather(NEWS, &[f64::from(says)])?;
        Ok(all[0] > 0.0)
    }

    /// Waits until all ranks are done.
    pub(crate) fn finish(&self) {
        if let Some(member) = &self.0 {
            member.group.finish();
        }
    }

    /// Ends the other ranks with this reason.
    pub(crate) fn abandon(&self, reason: &str) {
        if let Some(member) = &self.0 {
            member.group.abandon(reason);
        }
    }
}

/// All gradients of a module behind one another.
struct Flat<'a, B: AutodiffBackend> {
    gradients: &'a GradientsParams,
    parts: Vec<Tensor<B::InnerBackend, 1>>,
}

impl<B: AutodiffBackend> ModuleVisitor<B> for Flat<'_, B> {
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<B, D>>) {
        if let Some(gradient) = self.gradients.get::<B::InnerBackend, D>(param.id) {
            self.parts.push(gradient.flatten(0, D - 1));
        }
    }
}

/// Hands sums of gradients back to their parameters.
struct Spread<'a, B: AutodiffBackend> {
    gradients: &'a mut GradientsParams,
    sums: Tensor<B::InnerBackend, 1>,
    /// Elements handed out.
    next: usize,
}

impl<B: AutodiffBackend> ModuleVisitor<B> for Spread<'_, B> {
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<B, D>>) {
        let Some(gradient) = self.gradients.remove::<B::InnerBackend, D>(param.id) else { return };
        let shape = gradient.shape();
        let end = self.next + shape.num_elements();
        let sum = self.sums.clone().slice(self.next..end).reshape(shape);
        self.next = end;
        self.gradients.register::<B::InnerBackend, D>(param.id, sum);
    }
}
