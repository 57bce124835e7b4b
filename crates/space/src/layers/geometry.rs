//! Geometry: the sizes of features of a space at an input size.

use scalenas_base::Size;

use crate::error::{Error, Result};
use crate::spec::{MAX_SIDE, SpaceSpec};

/// A space at an input size, from which the layers follow.
pub(crate) struct Geometry<'a> {
    pub(crate) spec: &'a SpaceSpec,
    /// Height and width at stride 4.
    pub(crate) size: Size,
}

impl<'a> Geometry<'a> {
    pub fn new(spec: &'a SpaceSpec, input: Size) -> Result<Self> {
        let multiple = spec.coarsest_stride();
        let fits = |side: usize| (1..=MAX_SIDE).contains(&side) && side.is_multiple_of(multiple);
        if !fits(input.height) || !fits(input.width) {
            return Err(Error::Input { input, multiple, largest: MAX_SIDE });
        }
        Ok(Self { spec, size: input.divided(4) })
    }

    /// Height and width of a branch.
    pub fn size_of(&self, branch: usize) -> Size {
        self.size.divided(1 << branch)
    }
}
