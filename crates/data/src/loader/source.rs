//! Sources of batches.

use std::sync::atomic::AtomicBool;

use crate::Result;
use crate::pictures::SkippedImage;

/// Makes batches of samples. A sample depends on (seed, epoch, index) alone, never on the batch
/// it is in or on the thread that makes it.
pub trait BatchSource: Send + Sync + 'static {
    /// A batch.
    type Batch: Samples;

    /// Number of samples in an epoch.
    fn samples(&self) -> usize;

    /// Pictures left out so far.
    fn skipped(&self) -> Vec<SkippedImage>;

    /// Makes a batch; gives up with `None` between two pictures once `stop` is set.
    ///
    /// # Errors
    /// When a picture is bad and bad pictures are not to be left out.
    fn make(&self, epoch: u64, indices: &[usize], stop: &AtomicBool)
    -> Result<Option<Self::Batch>>;
}

/// A batch of a known number of samples.
pub trait Samples: Send + 'static {
    /// Number of samples; fewer than requested when pictures were left out.
    fn samples(&self) -> usize;
}
