//! Changes of an experiment file.

use clap::Args;

/// Changes of an experiment file.
#[derive(Debug, Clone, Args)]
pub struct Changes {
    /// Passes over the training set (epochs) [default: the file's]
    #[arg(long)]
    pub epochs: Option<usize>,
    /// Samples per batch: people (top-down) or pictures [default: the file's]
    #[arg(long)]
    pub batch: Option<usize>,
    /// Seed of every random number [default: the file's]
    #[arg(long)]
    pub seed: Option<u64>,
    /// Change any key of the file: --set train.sampling=Largest --set search.survivors=20
    #[arg(long = "set", value_name = "KEY=VALUE")]
    pub set: Vec<String>,
}

impl Changes {
    /// All changes as `KEY=VALUE`.
    pub fn list(&self) -> Vec<String> {
        let mut list = self.set.clone();
        list.extend(self.epochs.map(|epochs| format!("train.epochs={epochs}")));
        list.extend(self.batch.map(|batch| format!("train.batch={batch}")));
        for part in ["train", "search"] {
            list.extend(self.seed.map(|seed| format!("{part}.seed={seed}")));
        }
        list
    }
}
