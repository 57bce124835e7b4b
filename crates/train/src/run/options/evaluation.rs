//! Options of validation and calibration.

use std::num::NonZeroUsize;

/// Validation of the named subnets during a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ValidationOptions {
    /// Epochs between validations; `None` for no validation.
    pub every: Option<NonZeroUsize>,
    /// Maximum number of samples to predict; `None` for all.
    pub samples: Option<NonZeroUsize>,
    /// Validations without a better one after which a run ends, with the weights of the best; `None` to
    /// train to the end.
    pub patience: Option<NonZeroUsize>,
}

impl Default for ValidationOptions {
    fn default() -> Self {
        Self { every: NonZeroUsize::new(10), samples: None, patience: None }
    }
}

/// Training batches behind the statistics of evaluated subnets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CalibrationOptions {
    /// Number of batches.
    pub batches: usize,
    /// Samples per batch; `None` for as many as in a training batch. Statistics of small batches
    /// miss the differences between them: with a small training batch, larger ones here are better.
    pub batch: Option<NonZeroUsize>,
}

impl Default for CalibrationOptions {
    fn default() -> Self {
        Self { batches: 8, batch: None }
    }
}
