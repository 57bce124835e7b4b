//! Architectures in files: RON, JSON and the published `.npy` masks.

mod mask_file;
mod npy;
mod pickle;

pub use mask_file::{MaskFile, Task};
