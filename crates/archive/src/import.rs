//! State files of searches of earlier versions.

use std::fs;
use std::path::Path;

use scalenas_evolve::Candidate;
use serde::Deserialize;

use crate::error::{Error, Result};

/// Version of the files.
const VERSION: u32 = 2;

/// A state file; its options are not needed, for scores do not depend on them.
#[derive(Deserialize)]
struct State {
    version: u32,
    scored: Vec<Candidate>,
}

/// Scored candidates of a state file, in their order.
///
/// # Errors
/// If it cannot be read, or is of another version.
pub fn read_state(path: &Path) -> Result<Vec<Candidate>> {
    let text = fs::read_to_string(path).map_err(|e| Error::file("read", path, e))?;
    let state: State = serde_json::from_str(&text).map_err(|e| Error::file("read", path, e))?;
    if state.version != VERSION {
        return Err(Error::file("read", path, format!("version {}", state.version)));
    }
    Ok(state.scored)
}
