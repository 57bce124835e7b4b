//! Evolutionary search over architectures, independent of any network.
//!
//! Source: ScaleNAS (arXiv 2011.14584). Beyond it: depth is mutated too and no module is left
//! out, nothing is scored twice, ceilings hold from the first draw on, every run ends with a typed
//! reason, and a killed search continues with the same result.
//!
//! Invariants: the search sees a [`Fitness`] and never a device; every draw is derived from
//! (seed, purpose, generation, attempt), so that the state is the list of scored candidates alone.

mod candidate;
mod config;
mod error;
mod hypervolume;
mod outcome;
mod search;
mod selection;
mod state;

pub use candidate::{Candidate, Origin};
pub use config::{Limits, SearchConfig};
pub use error::{Error, Result};
pub use hypervolume::hypervolume;
pub use outcome::{Outcome, StopReason};
pub use search::{Fitness, Observer, Search, Unobserved};
pub use selection::{front, peel};
