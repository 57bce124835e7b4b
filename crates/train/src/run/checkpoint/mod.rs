//! Checkpoints: weights, optimiser, schedule and statistics of one iteration, complete or absent.
//!
//! All files are written into a folder under a temporary name, which is renamed at the end.

mod record_shapes;

use std::fs;
use std::path::{Path, PathBuf};

use burn::module::AutodiffModule;
use burn::record::{FullPrecisionSettings, NamedMpkFileRecorder, Record};
use burn::tensor::backend::{AutodiffBackend, Backend};
use burn_train::checkpoint::{
    AsyncCheckpointer, Checkpointer, CheckpointingAction, CheckpointingStrategy, FileCheckpointer,
};
use burn_train::metric::store::EventStoreClient;
use burn_train::{Interrupter, Learner, LearningCheckpointer, LearningComponentsTypes};
use scalenas_model::{Statistics, Supernet, load_supernet, save_supernet};

use crate::error::{Error, Result};
use crate::run::checkpoint::record_shapes::RecordShapes;
use crate::run::meter::MeterRecord;

const MODEL: &str = "model";
const OPTIMIZER: &str = "optimizer";
const SCHEDULE: &str = "schedule";
const METER: &str = "meter.json";
const WEIGHTS: &str = "supernet.safetensors";
const TEMPORARY: &str = "partial";

/// The checkpoints of a run.
#[derive(Debug, Clone)]
pub(crate) struct Checkpoints {
    folder: PathBuf,
    keep: usize,
}

impl Checkpoints {
    pub fn new(folder: PathBuf, keep: usize) -> Self {
        Self { folder, keep }
    }

    /// Iterations of the complete checkpoints, ascending.
    pub fn list(&self) -> Result<Vec<u64>> {
        if !self.folder.exists() {
            return Ok(Vec::new());
        }
        let entries =
            fs::read_dir(&self.folder).map_err(|e| Error::file("read", &self.folder, e))?;
        let names = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
        let mut iterations: Vec<u64> = names.filter_map(|name| name.parse().ok()).collect();
        iterations.sort_unstable();
        Ok(iterations)
    }

    /// Folder of a checkpoint.
    fn path(&self, iteration: u64) -> PathBuf {
        self.folder.join(format!("{iteration:08}"))
    }

    /// The weights and running statistics of a checkpoint.
    pub fn supernet<B: Backend>(
        &self,
        iteration: u64,
        device: &B::Device,
    ) -> Result<(Supernet<B>, Statistics<B>)> {
        Ok(load_supernet(&self.path(iteration).join(WEIGHTS), device)?)
    }

    /// The losses that no line of the metrics file holds yet.
    pub fn meter(&self, iteration: u64) -> Result<MeterRecord> {
        let path = self.path(iteration).join(METER);
        let text = fs::read(&path).map_err(|e| Error::file("read", &path, e))?;
        serde_json::from_slice(&text).map_err(|e| Error::file("read", &path, e))
    }

    /// Writes a checkpoint and removes those that are too many.
    pub fn save<LC>(
        &self,
        iteration: u64,
        learner: &Learner<LC>,
        supernet: &Supernet<LC::Backend>,
        state: Saved<'_, <LC::Backend as AutodiffBackend>::InnerBackend>,
        store: &EventStoreClient,
    ) -> Result<()>
    where
        LC: LearningComponentsTypes,
        LC::Backend: AutodiffBackend,
    {
        let temporary = self.folder.join(TEMPORARY);
        if temporary.exists() {
            fs::remove_dir_all(&temporary).map_err(|e| Error::file("replace", &temporary, e))?;
        }
        fs::create_dir_all(&temporary).map_err(|e| Error::file("create", &temporary, e))?;
        let interrupter = Interrupter::new();
        checkpointer::<LC>(&temporary, &interrupter).checkpoint(learner, iteration as usize, store);
        // The checkpointer's threads ended when it was dropped; what failed is in the interrupter.
        if interrupter.should_stop() {
            let reason = interrupter.get_message().unwrap_or_default();
            return Err(Error::file("write", &temporary, reason));
        }
        save_supernet(&temporary.join(WEIGHTS), &supernet.valid(), state.statistics)?;
        let meter = temporary.join(METER);
        let text = serde_json::to_vec(&state.meter).map_err(|e| Error::file("write", &meter, e))?;
        fs::write(&meter, text).map_err(|e| Error::file("write", &meter, e))?;
        let path = self.path(iteration);
        if path.exists() {
            fs::remove_dir_all(&path).map_err(|e| Error::file("replace", &path, e))?;
        }
        fs::rename(&temporary, &path).map_err(|e| Error::file("write", &path, e))?;
        self.remove_old()
    }

    /// Puts a learner into the state of a checkpoint.
    pub fn restore<LC>(
        &self,
        iteration: u64,
        learner: &mut Learner<LC>,
        device: &burn::tensor::Device<LC::Backend>,
    ) -> Result<()>
    where
        LC: LearningComponentsTypes,
    {
        let folder = self.path(iteration);
        let model = record_path(&folder, MODEL, iteration);
        let parameters = RecordShapes::read(&model)?;
        parameters.check_parameters(&RecordShapes::of_module(learner.model()), &model)?;
        let optimizer = record_path(&folder, OPTIMIZER, iteration);
        RecordShapes::read(&optimizer)?.check_states(&parameters, &optimizer)?;
        learner.load_model(read::<_, LC::Backend>(&folder, MODEL, iteration, device)?);
        learner.load_optim(read::<_, LC::Backend>(&folder, OPTIMIZER, iteration, device)?);
        learner.load_scheduler(read::<_, LC::Backend>(&folder, SCHEDULE, iteration, device)?);
        Ok(())
    }

    fn remove_old(&self) -> Result<()> {
        let iterations = self.list()?;
        let surplus = iterations.len().saturating_sub(self.keep);
        for &iteration in &iterations[..surplus] {
            let path = self.path(iteration);
            fs::remove_dir_all(&path).map_err(|e| Error::file("remove", &path, e))?;
        }
        Ok(())
    }
}

/// What a checkpoint holds beside the learner.
pub(crate) struct Saved<'a, B: Backend> {
    pub statistics: &'a Statistics<B>,
    pub meter: MeterRecord,
}

/// burn-train's own restoring panics where a file is damaged.
fn read<R: Record<B>, B: Backend>(
    folder: &Path,
    name: &str,
    iteration: u64,
    device: &B::Device,
) -> Result<R> {
    Checkpointer::<R, B>::restore(&file(folder, name), iteration as usize, device)
        .map_err(|e| Error::file("read", record_path(folder, name, iteration), e))
}

/// Where the framework's checkpointer puts a record.
fn record_path(folder: &Path, name: &str, iteration: u64) -> PathBuf {
    folder.join(format!("{name}-{iteration}.mpk"))
}

type Recorder = NamedMpkFileRecorder<FullPrecisionSettings>;

fn file(folder: &Path, name: &str) -> FileCheckpointer<Recorder> {
    FileCheckpointer::new(Recorder::new(), folder, name)
}

/// When to save is the caller's decision.
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
