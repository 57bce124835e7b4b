//! Reading and writing JSON files: errors that name the place, writes that are never partial.

mod atomic;
mod json;

pub(crate) use atomic::write_atomically;
pub(crate) use json::read_json;
