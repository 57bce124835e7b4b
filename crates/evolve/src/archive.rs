//! Archive: an observer that keeps a search in a file, from which it continues exactly.
//!
//! The file holds every candidate scored so far and the options of the search. Generations, parents
//! and draws follow from these, so that a search that is killed after any batch and continued ends
//! like one that ran without a break.

use std::fs;
use std::path::{Path, PathBuf};

use scalenas_base::{Size, atomic};
use scalenas_space::SpaceSpec;
use serde::{Deserialize, Serialize};

use crate::candidate::Candidate;
use crate::config::SearchConfig;
use crate::error::{Error, Result};
use crate::observer::{Observer, ScoredBatch};

/// Version of the file's format.
const VERSION: u32 = 2;

/// Keeps the scored candidates of one search in a JSON file, rewritten after each batch.
#[derive(Debug)]
pub struct Archive {
    state: State,
    path: PathBuf,
}

/// Contents of the file.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct State {
    version: u32,
    spec: SpaceSpec,
    /// Height and width of the network's input, in pixels.
    input: Size,
    config: SearchConfig,
    /// In the order in which they were scored.
    scored: Vec<Candidate>,
}

impl Archive {
    /// Opens the archive at `path`; without a file there, an empty one, which the first batch
    /// creates. `input` is height and width of the network's input.
    ///
    /// # Errors
    ///
    /// [`Error::File`] for a file that cannot be read or has another version, [`Error::Changed`]
    /// for one of a search with another space, input or configuration; the number of generations
    /// may differ.
    pub fn open(path: &Path, spec: &SpaceSpec, config: &SearchConfig, input: Size) -> Result<Self> {
        let fresh = State {
            version: VERSION,
            spec: spec.clone(),
            input,
            config: config.clone(),
            scored: Vec::new(),
        };
        let state = if path.exists() { fresh.continued(path)? } else { fresh };
        Ok(Self { state, path: path.to_owned() })
    }

    /// Archived candidates, in the order in which they were scored.
    pub fn scored(&self) -> &[Candidate] {
        &self.state.scored
    }
}

impl State {
    /// The state in a file, under this configuration.
    fn continued(self, path: &Path) -> Result<Self> {
        let text = fs::read_to_string(path).map_err(|e| Error::file("read", path, e))?;
        let found: Self = serde_json::from_str(&text).map_err(|e| Error::file("read", path, e))?;
        let changed = |key| Error::Changed { path: path.to_owned(), key };
        if found.version != VERSION {
            return Err(Error::file("read", path, format!("version {}", found.version)));
        }
        if found.spec != self.spec || found.input != self.input {
            return Err(changed("space or input"));
        }
        // More generations continue the same search.
        let comparable = |config: &SearchConfig| SearchConfig { generations: 0, ..config.clone() };
        if comparable(&found.config) != comparable(&self.config) {
            return Err(changed("search configuration"));
        }
        Ok(Self { config: self.config, ..found })
    }
}

impl Observer for Archive {
    fn scored(&mut self, batch: &ScoredBatch<'_>) -> Result<()> {
        self.state.scored.extend_from_slice(batch.candidates);
        let text =
            serde_json::to_string(&self.state).map_err(|e| Error::file("write", &self.path, e))?;
        atomic::write(&self.path, text).map_err(|e| Error::file("write", &self.path, e))
    }
}
