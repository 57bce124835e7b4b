//! Geometry: the sizes of features of a space at an input size.

use crate::error::{Error, Result};
use crate::spec::{MAX_SIDE, SpaceSpec};

/// A space at an input size, from which the layers follow.
pub(crate) struct Geometry<'a> {
    pub(crate) spec: &'a SpaceSpec,
    /// Height and width at stride 4.
    pub(crate) size: (usize, usize),
}

impl<'a> Geometry<'a> {
    pub fn new(spec: &'a SpaceSpec, (height, width): (usize, usize)) -> Result<Self> {
        let multiple = spec.coarsest_stride();
        let fits = |side: usize| (1..=MAX_SIDE).contains(&side) && side.is_multiple_of(multiple);
        if !fits(height) || !fits(width) {
            return Err(Error::Input { height, width, multiple, largest: MAX_SIDE });
        }
        Ok(Self { spec, size: (height / 4, width / 4) })
    }

    /// Height and width of a branch.
    pub fn size_of(&self, branch: usize) -> (usize, usize) {
        (self.size.0 >> branch, self.size.1 >> branch)
    }
}
