//! Networks: the supernet, its subnets, one architecture of it on its own, and the latter folded for inference.

mod backbone;
mod calibrated;
mod calibration;
mod folded_subnet;
mod inference;
mod scalenet;
mod start;
mod subnet;
mod supernet;
mod supernet_file;

pub use calibrated::Calibrated;
pub use calibration::Calibration;
pub use folded_subnet::FoldedSubnet;
pub use inference::InferenceNet;
pub use scalenet::ScaleNet;
pub use start::Start;
pub use subnet::Subnet;
pub use supernet::Supernet;
pub use supernet_file::{load_supernet, save_supernet};
