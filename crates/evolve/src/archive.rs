//! What a search keeps on disk: every candidate ever scored, and what was asked for.
//!
//! Nothing else is needed to continue: generations, parents and draws follow from it.

use std::fs;
use std::path::{Path, PathBuf};

use scalenas_space::SpaceSpec;
use serde::{Deserialize, Serialize};

use crate::candidate::Candidate;
use crate::config::SearchConfig;
use crate::error::{Error, Result};

/// Version of the file's format.
const VERSION: u32 = 2;

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct State {
    version: u32,
    pub spec: SpaceSpec,
    pub input: (usize, usize),
    pub config: SearchConfig,
    /// In the order in which they were scored.
    pub scored: Vec<Candidate>,
}

/// A state and its file.
#[derive(Debug)]
pub(crate) struct Archive {
    pub state: State,
    path: PathBuf,
}

impl Archive {
    /// Starts or continues the search whose state is at `path`.
    pub fn open(
        path: &Path,
        spec: &SpaceSpec,
        config: &SearchConfig,
        input: (usize, usize),
    ) -> Result<Self> {
        let fresh = State {
            version: VERSION,
            spec: spec.clone(),
            input,
            config: config.clone(),
            scored: Vec::new(),
        };
        if !path.exists() {
            return Ok(Self { state: fresh, path: path.to_owned() });
        }
        let text = fs::read_to_string(path).map_err(|e| Error::file("read", path, e))?;
        let found: State = serde_json::from_str(&text).map_err(|e| Error::file("read", path, e))?;
        let changed = |key| Error::Changed { path: path.to_owned(), key };
        if found.version != VERSION {
            return Err(Error::file("read", path, format!("version {}", found.version)));
        }
        if found.spec != fresh.spec || found.input != fresh.input {
            return Err(changed("space or input"));
        }
        // More generations continue the same search.
        let comparable = |config: &SearchConfig| SearchConfig { generations: 0, ..config.clone() };
        if comparable(&found.config) != comparable(config) {
            return Err(changed("search configuration"));
        }
        Ok(Self { state: State { config: config.clone(), ..found }, path: path.to_owned() })
    }

    /// Adds scored candidates and writes the file, whole or not at all.
    pub fn add(&mut self, candidates: Vec<Candidate>) -> Result<()> {
        self.state.scored.extend(candidates);
        let text =
            serde_json::to_string(&self.state).map_err(|e| Error::file("write", &self.path, e))?;
        let temporary = self.path.with_extension("partial");
        fs::write(&temporary, text).and_then(|()| fs::rename(&temporary, &self.path)).map_err(|e| {
            // The write's error is the one to report; nothing half-written stays behind.
            let _ = fs::remove_file(&temporary);
            Error::file("write", &self.path, e)
        })
    }
}
