//! Search, selection and archive.

#[path = "../../../../tests/shared.rs"]
mod shared;

mod fronts;
mod golden;
mod halving;
mod screen;
mod search;
