//! Search, selection and archive.

mod golden;
mod search;
