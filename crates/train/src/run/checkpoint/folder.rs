//! Folder of the checkpoints of a run.

use std::fs;
use std::path::{Path, PathBuf};

use burn::tensor::backend::Backend;
use scalenas_base::atomic;
use scalenas_model::{Statistics, Supernet, load_supernet, save_supernet};

use crate::error::{Error, Result};
use crate::run::losses::meter::MeterRecord;

/// Name of the file of the losses that no line of the metrics file holds yet.
const METER: &str = "meter.json";
/// Name of the file of weights and running statistics.
const WEIGHTS: &str = "supernet.safetensors";

/// Name of the file of the average of the weights.
const AVERAGE: &str = "average.safetensors";

/// Checkpoints of a run.
#[derive(Debug, Clone)]
pub(crate) struct Checkpoints {
    folder: PathBuf,
    keep: usize,
}

impl Checkpoints {
    /// Checkpoints below `folder`, of which the newest `keep` are kept.
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

    /// Folder of the checkpoint of an iteration.
    pub fn path(&self, iteration: u64) -> PathBuf {
        self.folder.join(name(iteration))
    }

    /// Weights and running statistics of a checkpoint.
    pub fn supernet<B: Backend>(
        &self,
        iteration: u64,
        device: &B::Device,
    ) -> Result<(Supernet<B>, Statistics<B>)> {
        Ok(load_supernet(&self.path(iteration).join(WEIGHTS), device)?)
    }

    /// Average of the weights of a checkpoint.
    pub fn average<B: Backend>(&self, iteration: u64, device: &B::Device) -> Result<Supernet<B>> {
        Ok(load_supernet(&self.path(iteration).join(AVERAGE), device)?.0)
    }

    /// Losses that no line of the metrics file holds yet.
    pub fn meter(&self, iteration: u64) -> Result<MeterRecord> {
        let path = self.path(iteration).join(METER);
        let text = fs::read(&path).map_err(|e| Error::file("read", &path, e))?;
        serde_json::from_slice(&text).map_err(|e| Error::file("read", &path, e))
    }

    /// Writes the checkpoint of an iteration and removes the oldest ones beyond those to keep;
    /// `learner` writes its records into the folder that it is given.
    pub fn save<B: Backend>(
        &self,
        iteration: u64,
        state: Saved<'_, B>,
        learner: impl FnOnce(&Path) -> Result<()>,
    ) -> Result<()> {
        let fill = |folder: &Path| {
            learner(folder)?;
            save_supernet(&folder.join(WEIGHTS), &state.supernet, state.statistics)?;
            if let Some(average) = state.average {
                save_supernet(&folder.join(AVERAGE), average, state.statistics)?;
            }
            let meter = folder.join(METER);
            let failed = |e| Error::file("write", &meter, e);
            let text = serde_json::to_vec(&state.meter).map_err(|e| failed(e.into()))?;
            atomic::write(&meter, text).map_err(failed)
        };
        let failed = |path: &Path, e| Error::file("write", path, e);
        atomic::write_folder(&self.folder, &name(iteration), fill, failed)?;
        self.remove_old()
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

/// Name of the folder of an iteration.
fn name(iteration: u64) -> String {
    format!("{iteration:08}")
}

/// State of a run beside the records of its learner.
pub(crate) struct Saved<'a, B: Backend> {
    /// Shared weights.
    pub supernet: Supernet<B>,
    /// Their average, where the run has one.
    pub average: Option<&'a Supernet<B>>,
    /// Running statistics.
    pub statistics: &'a Statistics<B>,
    /// Losses that no line of the metrics file holds yet.
    pub meter: MeterRecord,
}
