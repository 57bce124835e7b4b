//! Losses and figures of a run: watched, averaged, written, and compared.

pub mod best;
pub mod events;
pub mod meter;
pub mod metrics;
pub mod record;
pub mod watch;
