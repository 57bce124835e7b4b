//! Search, selection and archive.

#[path = "../../../../tests/shared.rs"]
mod shared;

mod golden;
mod search;
