//! Search spaces as data: stem, stages, widths, depths and heads.

mod derived;
mod head;
mod head_file;
mod limits;
mod presets;
mod space;

pub use derived::DerivedSpace;
pub use head::Head;
pub use limits::{MAX_BRANCHES, MAX_STEPS};
pub use space::{LastModule, SpaceSpec, StageSpec, StemSpec};

pub(crate) use limits::{MAX_MODULES, MAX_SIDE};
