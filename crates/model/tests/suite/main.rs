//! Networks, statistics and files.

mod backend;
mod common;
#[path = "../../../../tests/formula.rs"]
mod formula;

mod calibration;
mod files;
mod golden;
mod precision;
mod properties;
mod shapes;
mod small_golden;
