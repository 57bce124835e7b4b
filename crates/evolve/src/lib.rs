//! Evolutionary search over architectures, independent of any network.
//!
//! Source: ScaleNAS (arXiv 2011.14584). Beyond it: depth is mutated too and no module is left
//! out, nothing is scored twice, ceilings hold from the first draw on, every run ends with a typed
//! reason, and a killed search continues with the same result.
//!
//! Invariants: the search sees a [`Fitness`] and never a device; every draw is derived from
//! (seed, purpose, generation, attempt), so that the list of scored candidates is its whole state.
//! A [`Search`] runs in memory; an [`Archive`] among its observers keeps that list in a file.

mod archive;
mod candidate;
mod config;
mod error;
mod fitness;
mod observer;
mod outcome;
mod search;
mod selection;

pub use archive::Archive;
pub use candidate::{Candidate, Origin};
pub use config::{Algorithm, Limits, SearchConfig};
pub use error::{Error, Result};
pub use fitness::Fitness;
pub use observer::{Observer, ScoredBatch};
pub use outcome::{Outcome, StopReason};
pub use search::Search;
pub use selection::{front, hypervolume, peel, ranked_and_spread};
