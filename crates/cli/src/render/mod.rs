//! Presentation: standard streams, tables, progress, pictures with predictions.

mod output;
pub mod pictures;
mod progress;
mod table;

pub use output::{Output, warn};
pub use progress::{ProgressView, SearchProgress};
pub use table::table;

/// Bytes in MiB, for messages.
pub fn mib(bytes: u64) -> f64 {
    bytes as f64 / f64::from(1 << 20)
}
