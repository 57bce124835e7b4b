//! Tasks, one room each: layers of the head, outputs as maps or decoded, description.

mod bottom_up;
mod classification;
mod interface;
mod registry;
mod segmentation;
mod top_down;

pub use interface::{Maps, Task};
pub use registry::{check_decoding, task};
