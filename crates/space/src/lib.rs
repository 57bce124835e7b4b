//! Search spaces and their architectures: sampling, variation, execution plans, exact cost, files.
//!
//! Source: ScaleNAS (arXiv 2011.14584) and its reference implementation.
//!
//! ```
//! use scalenas_base::Size;
//! use scalenas_space::{Architecture, SpaceSpec, cost};
//!
//! let space = SpaceSpec::preset("pose_w32")?;
//! let hrnet = cost::cost(&space, &Architecture::hrnet(&space), Size::new(256, 192))?;
//! assert_eq!((hrnet.parameters, hrnet.macs), (28_536_113, 7_645_003_776));
//! # Ok::<(), scalenas_space::Error>(())
//! ```
//!
//! Invariants: nothing here knows a tensor or a device; costs are exact integers; every draw comes
//! from a generator that the caller hands in, so that equal seeds give equal results everywhere.

mod architecture;
mod canonical;
pub mod cost;
mod counts;
mod error;
mod format;
pub mod latency;
pub mod layers;
pub mod plan;
pub mod sample;
mod spec;
mod tendency;
pub mod vary;

pub use architecture::{Architecture, ModuleArch};
pub use cost::{Cost, CostModel};
pub use counts::PartCounts;
pub use error::{Error, Result};
pub use format::{MaskFile, Task};
pub use scalenas_base::rng;
pub use spec::{
    DerivedSpace, Head, LastModule, MAX_BRANCHES, MAX_STEPS, SpaceSpec, StageSpec, StemSpec,
};
pub use tendency::Tendency;
