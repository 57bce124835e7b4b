//! Surroundings of a verb: devices, interruption, the name of the program.

pub mod device;
mod interrupt;
pub mod program;

pub use interrupt::Stop;
