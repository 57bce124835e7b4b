//! Presentation: standard streams, tables, progress, pictures with predictions.

mod output;
pub mod pictures;
mod progress;
mod table;

pub use output::{Output, warn};
pub use progress::{ProgressView, SearchProgress};
pub use table::table;
