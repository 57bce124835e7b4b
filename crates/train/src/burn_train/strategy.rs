//! Strategy of burn-train that runs the loop of a supernet.

use std::sync::{Mutex, PoisonError};

use burn::optim::{GradientsAccumulator, Optimizer};
use burn::tensor::backend::AutodiffBackend;
use burn_train::{
    Learner, SupervisedLearningStrategy, SupervisedTrainingEventProcessor, TrainLoader,
    TrainingComponents, ValidLoader,
};
use scalenas_kernels::KernelBackend;
use scalenas_model::{Statistics, Supernet};

use super::checkpointer;
use super::learner::TaskLearner;
use super::session::{End, Session};
use super::setup::{Components, Setup, State};
use crate::error::Result;

/// Loop of a supernet with its inputs; runs once.
pub(super) struct SupernetStrategy<B: AutodiffBackend> {
    setup: Setup<B>,
    /// State at the start, taken by the run.
    state: Mutex<Option<State<B>>>,
    /// End of the run, until it is taken.
    ended: Mutex<Option<Result<Ended<B>>>>,
}

/// End of a run.
pub(super) struct Ended<B: AutodiffBackend> {
    /// Weights that the run leaves.
    pub supernet: Supernet<B::InnerBackend>,
    pub statistics: Statistics<B::InnerBackend>,
    /// Iterations done in all.
    pub iterations: u64,
    pub end: End,
    /// Mean loss of the last iterations.
    pub loss: f64,
}

impl<B: AutodiffBackend> SupernetStrategy<B> {
    /// Loop that starts from a state.
    pub fn new(setup: Setup<B>, state: State<B>) -> Self {
        Self { setup, state: Mutex::new(Some(state)), ended: Mutex::new(None) }
    }

    /// Takes the end of the run.
    pub fn end(&self) -> Result<Ended<B>> {
        let ended = self.ended.lock().unwrap_or_else(PoisonError::into_inner).take();
        ended.expect("the strategy always says how it ended")
    }
}

impl<B, O> SupervisedLearningStrategy<Components<B, O>> for SupernetStrategy<B>
where
    B: AutodiffBackend + KernelBackend,
    B::InnerBackend: KernelBackend,
    O: Optimizer<TaskLearner<B>, B> + 'static,
{
    fn fit(
        &self,
        components: TrainingComponents<Components<B, O>>,
        mut learner: Learner<Components<B, O>>,
        train: TrainLoader<Components<B, O>>,
        _: ValidLoader<Components<B, O>>,
        _: usize,
    ) -> (TaskLearner<B>, SupervisedTrainingEventProcessor<Components<B, O>>) {
        let Setup { start, checkpoints, device, .. } = &self.setup;
        let restored = match *start {
            0 => Ok(()),
            start => checkpointer::restore(&checkpoints.path(start), start, &mut learner, device),
        };
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner).take();
        let mut session = Session {
            setup: &self.setup,
            learner,
            state: state.expect("a strategy runs once"),
            events: components.event_processor,
            store: components.event_store,
            accumulator: GradientsAccumulator::new(),
            accumulated: 0,
            observed: None,
            is_settled: false,
            iteration: *start,
            saved: *start,
            is_stopping: false,
        };
        let result = restored.and_then(|()| session.run(&train));
        let supernet = session.result();
        let Session { learner, state, events, iteration, .. } = session;
        let ended = result.map(|end| Ended {
            supernet,
            statistics: state.statistics,
            iterations: iteration,
            end,
            loss: state.meter.loss(),
        });
        *self.ended.lock().unwrap_or_else(PoisonError::into_inner) = Some(ended);
        (learner.model(), events)
    }
}
