//! Networks, statistics and files.

mod common;

mod calibration;
mod files;
mod golden;
mod precision;
mod properties;
mod shapes;
