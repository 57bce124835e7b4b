//! Reader of PyTorch checkpoints (`.pth`) that executes nothing.
//!
//! Source: `torch/serialization.py`. Since PyTorch 1.6 a checkpoint is a zip archive ([`archive`]);
//! before that, pickles and raw storages one after another ([`legacy`]).
//!
//! Invariants:
//! - the file is opened once and never held in memory: storages are read one by one, and only those
//!   of wanted tensors;
//! - every tensor that is returned was in the file in full; a gap is an error that names it;
//! - no number in the file makes the reader allocate more than the file is long.

mod archive;
mod element;
mod file;
mod input;
mod legacy;
mod listing;
mod outcome;
mod pickle;
mod signature;
mod tensor;
#[cfg(test)]
mod tests;

pub(super) use file::PthFile;
pub(super) use signature::Signature;
