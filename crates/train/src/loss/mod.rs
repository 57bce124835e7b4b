//! Losses, one file a task; all give `[1]` and run on any backend.

mod joints;
mod people;
mod pixels;

pub use joints::joints_mse;
pub use people::{TagGroups, masked_mse};
pub use pixels::{HardPixels, PixelLoss, PixelWeighing};
