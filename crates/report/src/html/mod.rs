//! Self-contained HTML page about a run.

mod markup;
mod page;
mod report;
mod sections;
mod table;

pub use report::Report;
