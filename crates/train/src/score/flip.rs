//! Flip test: prediction of the mirrored picture beside the plain one.

/// Axis of the columns in `[batch, channels, height, width]`.
pub(crate) const COLUMNS: isize = 3;

/// Whether the mirrored picture is predicted as well.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FlipTest {
    /// The mean of both predictions: twice the work, about one point of AP.
    On,
    /// The plain picture alone.
    Off,
}
