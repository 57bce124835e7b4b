//! Reading and writing JSON files: errors that name the place, writes that are never partial.

mod json;

pub(crate) use json::read_json;
