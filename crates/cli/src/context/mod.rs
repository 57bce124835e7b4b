//! Surroundings of a verb: devices, interruption, panics, the name of the program.

pub mod device;
mod interrupt;
pub mod panics;
pub mod program;
pub mod ready;

pub use interrupt::Stop;
