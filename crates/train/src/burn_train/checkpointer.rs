//! Records of a learner in the folder of a checkpoint: parameters, optimiser, schedule.

use std::path::{Path, PathBuf};

use burn::record::{FullPrecisionSettings, NamedMpkFileRecorder, Record};
use burn::tensor::backend::Backend;
use burn_train::checkpoint::{
    AsyncCheckpointer, Checkpointer, CheckpointingAction, CheckpointingStrategy, FileCheckpointer,
};
use burn_train::metric::store::EventStoreClient;
use burn_train::{Interrupter, Learner, LearningCheckpointer, LearningComponentsTypes};

use crate::error::{Error, Result};
use crate::run::checkpoint::record_shapes::RecordShapes;

/// Name of the record of parameters.
const MODEL: &str = "model";
/// Name of the record of the optimiser.
const OPTIMIZER: &str = "optimizer";
/// Name of the record of the schedule.
const SCHEDULE: &str = "schedule";

/// Writes the records of an iteration into a folder.
///
/// # Errors
/// If a file cannot be written.
pub(crate) fn save<LC: LearningComponentsTypes>(
    folder: &Path,
    iteration: u64,
    learner: &Learner<LC>,
    store: &EventStoreClient,
) -> Result<()> {
    let interrupter = Interrupter::new();
    checkpointer::<LC>(folder, &interrupter).checkpoint(learner, iteration as usize, store);
    // The threads of the checkpointer ended when it was dropped; failures are in the interrupter.
    if interrupter.should_stop() {
        let reason = interrupter.get_message().unwrap_or_default();
        return Err(Error::file("write", folder, reason));
    }
    Ok(())
}

/// Puts a learner into the state of the records of an iteration.
///
/// # Errors
/// If a file cannot be read or belongs to another network.
pub(crate) fn restore<LC: LearningComponentsTypes>(
    folder: &Path,
    iteration: u64,
    learner: &mut Learner<LC>,
    device: &burn::tensor::Device<LC::Backend>,
) -> Result<()> {
    let model = record_path(folder, MODEL, iteration);
    let parameters = RecordShapes::read(&model)?;
    parameters.check_parameters(&RecordShapes::of_module(learner.model()), &model)?;
    let optimizer = record_path(folder, OPTIMIZER, iteration);
    RecordShapes::read(&optimizer)?.check_states(&parameters, &optimizer)?;
    learner.load_model(read::<_, LC::Backend>(folder, MODEL, iteration, device)?);
    learner.load_optim(read::<_, LC::Backend>(folder, OPTIMIZER, iteration, device)?);
    learner.load_scheduler(read::<_, LC::Backend>(folder, SCHEDULE, iteration, device)?);
    Ok(())
}

/// Reads a record; burn-train's own restoring panics where a file is damaged.
fn read<R: Record<B>, B: Backend>(
    folder: &Path,
    name: &str,
    iteration: u64,
    device: &B::Device,
) -> Result<R> {
    Checkpointer::<R, B>::restore(&file(folder, name), iteration as usize, device)
        .map_err(|e| Error::file("read", record_path(folder, name, iteration), e.to_string()))
}

/// Path at which the framework's checkpointer puts a record.
fn record_path(folder: &Path, name: &str, iteration: u64) -> PathBuf {
    folder.join(format!("{name}-{iteration}.mpk"))
}

type Recorder = NamedMpkFileRecorder<FullPrecisionSettings>;

fn file(folder: &Path, name: &str) -> FileCheckpointer<Recorder> {
    FileCheckpointer::new(Recorder::new(), folder, name)
}

/// Strategy that always saves: the caller decides when.
struct Always;

impl CheckpointingStrategy for Always {
    fn checkpointing(&mut self, _: usize, _: &EventStoreClient) -> Vec<CheckpointingAction> {
        vec![CheckpointingAction::Save]
    }
}

fn checkpointer<LC: LearningComponentsTypes>(
    folder: &Path,
    interrupter: &Interrupter,
) -> LearningCheckpointer<LC> {
    LearningCheckpointer::new(
        AsyncCheckpointer::new(file(folder, MODEL)).with_interrupter(interrupter.clone()),
        AsyncCheckpointer::new(file(folder, OPTIMIZER)).with_interrupter(interrupter.clone()),
        AsyncCheckpointer::new(file(folder, SCHEDULE)).with_interrupter(interrupter.clone()),
        Box::new(Always),
    )
}
