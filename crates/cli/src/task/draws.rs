//! Training samples as an epoch varies them, for a contact sheet.

use std::sync::atomic::AtomicBool;

use anyhow::Result;
use scalenas_data::{BatchSource, Samples};

use super::checked::spread;

/// At most `count` samples, evenly apart, as the first epoch varies them: the position of each, and a batch of it
/// alone. Pictures that are left out are missing.
pub fn draws<S: BatchSource>(source: &S, count: usize) -> Result<Vec<(usize, S::Batch)>> {
    let mut drawn = Vec::new();
    for index in spread(source.samples(), count) {
        let batch = source.make(0, &[index], &AtomicBool::new(false))?;
        drawn.extend(batch.filter(|batch| batch.samples() > 0).map(|batch| (index, batch)));
    }
    Ok(drawn)
}
