//! Search: initial population, then generations of parents, mates and their offspring.

mod algorithm;
mod convergence;
mod generation;
mod halving;
mod run;
mod scoring;

pub use run::Search;
