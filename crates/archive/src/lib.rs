//! Scores of candidates in a database: SQLite in the folder of a run, PostgreSQL for many machines.
//!
//! A score belongs to an architecture under an [`Evaluation`]: the weights, the data and the way they are looked at.
//! It is never computed again, whichever search asks for it. [`SharedFitness`] wraps the fitness of a search:
//! processes that run the same search share its work through the database, and all of them end with the same outcome,
//! since a search follows from its scores alone. The files of a run may be in the database, too, for processes on machines
//! that do not have them.
//!
//! Invariants:
//! - a candidate is worked on by the holder of its lease; a lease that is not renewed runs out, and another process takes
//!   the candidate over;
//! - the first score that arrives counts; a late one is dropped, and nobody fails because of it;
//! - every wait for the database ends, with its result or with an error that names it.

mod archive;
mod database;
mod error;
mod evaluation;
mod import;
mod lease;
mod record;
mod shared;
mod worker;

pub use archive::{Archive, SharedFile, SharedRun, Summary};
pub use database::Place;
pub use error::{Error, Result};
pub use evaluation::{Evaluation, digest_of_file, digest_of_text};
pub use import::read_state;
pub use lease::Leases;
pub use record::Record;
pub use shared::SharedFitness;
pub use worker::Worker;
