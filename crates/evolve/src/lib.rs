//! Evolutionary search over architectures, independent of any network.
//!
//! Source: ScaleNAS (arXiv 2011.14584). Beyond it: depth is mutated too and no module is left
//! out, nothing is scored twice, ceilings hold from the first draw on, every run ends with a typed
//! reason, and a killed search continues with the same result.
//!
//! ```
//! use std::convert::Infallible;
//! use std::sync::atomic::AtomicBool;
//!
//! use scalenas_base::Size;
//! use scalenas_evolve::{Candidate, Fitness, Search, SearchConfig};
//! use scalenas_space::SpaceSpec;
//!
//! /// Prefers deep networks.
//! struct Depth;
//!
//! impl Fitness for Depth {
//!     type Error = Infallible;
//!
//!     fn score(&mut self, candidates: &[Candidate]) -> Result<Vec<Vec<f64>>, Infallible> {
//!         let depth = |c: &Candidate| c.architecture.modules.iter().map(|m| m.depth(0)).sum::<usize>();
//!         Ok(candidates.iter().map(|c| vec![depth(c) as f64]).collect())
//!     }
//! }
//!
//! let config = SearchConfig { initial_per_group: 1, generations: 2, offspring: 8, ..Default::default() };
//! let mut search = Search::new(&SpaceSpec::tiny(), &config, Size::new(128, 96))?;
//! let outcome = search.run(&mut Depth, &mut [], &AtomicBool::new(false))?;
//! assert!(outcome.front().is_sorted_by_key(|candidate| candidate.cost.macs));
//! # Ok::<(), scalenas_evolve::Error>(())
//! ```
//!
//! Invariants: the search sees a [`Fitness`] and never a device; every draw is derived from
//! (seed, purpose, generation, attempt), so that the list of scored candidates is its whole state.
//! A [`Search`] runs in memory; a [`Fitness`] that keeps its scores lets a killed search continue.

mod candidate;
mod config;
mod error;
mod fitness;
mod growth;
mod limits;
mod observer;
mod options_file;
mod outcome;
mod predictor;
mod search;
mod selection;

pub use candidate::{Candidate, Origin};
pub use config::{Algorithm, SearchConfig};
pub use error::{Error, Result};
pub use fitness::Fitness;
pub use growth::{Growth, Scale};
pub use limits::{Limits, Violation};
pub use observer::{Observer, ScoredBatch};
pub use options_file::keep_options;
pub use outcome::{Outcome, StopReason};
pub use predictor::forecasts;
pub use search::Search;
pub use selection::{front, hypervolume, peel, ranked_and_spread};
