//! Files of networks: this crate's own, and PyTorch checkpoints.

pub mod import;
pub(crate) mod names;
pub(crate) mod parameters;
mod pth;
pub(crate) mod store;
