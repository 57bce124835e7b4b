//! Architectures: depth of every branch and fusion bits of every step, module by module.

mod module;
mod named;
mod point;
mod serial;
mod validate;

pub use module::ModuleArch;
pub use point::Architecture;

pub(crate) use module::all_sources;
pub(crate) use serial::read_modules;
