//! What an architecture is: the search space, sampling, variation and exact cost.
//!
//! Source: ScaleNAS (arXiv 2011.14584) and its reference implementation.
//!
//! Invariants: nothing here knows a tensor or a device; costs are exact integers; every draw comes
//! from a generator that the caller hands in, so that equal seeds give equal results everywhere.

mod architecture;
mod canonical;
pub mod cost;
mod error;
mod format;
pub mod heads;
pub mod layers;
pub mod plan;
pub mod sample;
mod spec;
mod validate;
pub mod vary;

pub use scalenas_base::rng;

pub use architecture::{Architecture, MAX_BRANCHES, MAX_STEPS, ModuleArch};
pub use cost::{Cost, CostModel};
pub use error::{Error, Result};
pub use format::{MaskFile, Task};
pub use spec::{Head, LastModule, SpaceSpec, StageSpec, StemSpec};
