//! Files of networks: this crate's own, and PyTorch checkpoints.

pub mod import;
mod names;
mod pth;

pub(crate) use pth::Signature;
