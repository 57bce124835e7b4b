//! Accepted sizes of synthetic pictures.

use std::ops::RangeInclusive;

use scalenas_base::Size;

use crate::{Error, Result};

/// Accepted sides in pixels; pictures are drawn in memory.
const SIDES: RangeInclusive<usize> = 64..=8192;

/// Checks both sides of pictures.
///
/// # Errors
/// When a side is out of range.
pub(super) fn check_sides(size: Size) -> Result<()> {
    for (key, side) in [("width", size.width), ("height", size.height)] {
        if !SIDES.contains(&side) {
            let accepted = "64 to 8192 pixels";
            return Err(Error::Setting { key, value: side.to_string(), accepted });
        }
    }
    Ok(())
}
