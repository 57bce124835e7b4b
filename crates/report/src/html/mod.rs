//! Self-contained HTML page about a run.

mod budgets;
mod page;
mod report;
mod sections;
mod table;

pub use report::{Budget, Report};
