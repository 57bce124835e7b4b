//! Search: initial population, then generations of parents, mates and their offspring.

mod algorithm;
mod convergence;
mod generation;
mod run;

pub use run::Search;
