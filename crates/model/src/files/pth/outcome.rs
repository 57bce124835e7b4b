//! Result of the reader's parts.

/// Result with the reason of a failure; the caller that opened the file adds its path.
pub(super) type Outcome<T> = Result<T, String>;
