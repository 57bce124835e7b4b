//! Height and width, which bare pairs get the wrong way round.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Rows and columns of a picture, crop or map; a sequence `(height, width)` in files.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(from = "(usize, usize)", into = "(usize, usize)")]
pub struct Size {
    /// Rows.
    pub height: usize,
    /// Columns.
    pub width: usize,
}

impl Size {
    /// `height` rows of `width` columns.
    pub const fn new(height: usize, width: usize) -> Self {
        Self { height, width }
    }

    /// A square of `side` rows and columns.
    pub const fn square(side: usize) -> Self {
        Self { height: side, width: side }
    }

    /// Rows times columns.
    pub const fn pixels(self) -> usize {
        self.height * self.width
    }

    /// The longer side.
    pub fn longer(self) -> usize {
        self.height.max(self.width)
    }

    /// The shorter side.
    pub fn shorter(self) -> usize {
        self.height.min(self.width)
    }

    /// Both sides divided by `stride`, rounded down.
    #[must_use]
    pub const fn divided(self, stride: usize) -> Self {
        Self { height: self.height / stride, width: self.width / stride }
    }

    /// Both sides multiplied by `factor`.
    #[must_use]
    pub const fn times(self, factor: usize) -> Self {
        Self { height: self.height * factor, width: self.width * factor }
    }
}

impl fmt::Display for Size {
    /// `HEIGHTxWIDTH`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}x{}", self.height, self.width)
    }
}

impl From<(usize, usize)> for Size {
    /// From `(height, width)`.
    fn from((height, width): (usize, usize)) -> Self {
        Self { height, width }
    }
}

impl From<Size> for (usize, usize) {
    /// Into `(height, width)`.
    fn from(size: Size) -> Self {
        (size.height, size.width)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_hold_height_then_width() {
        let size = Size::new(256, 192);
        assert_eq!(serde_json::to_string(&size).unwrap(), "[256,192]");
        assert_eq!(serde_json::from_str::<Size>("[256,192]").unwrap(), size);
        assert_eq!(ron::from_str::<Size>("(256, 192)").unwrap(), size);
        assert_eq!(size.to_string(), "256x192");
    }

    #[test]
    fn sides_and_pixels() {
        let size = Size::new(256, 192);
        assert_eq!((size.longer(), size.shorter(), size.pixels()), (256, 192, 49152));
        assert_eq!((size.divided(4), size.times(2)), (Size::new(64, 48), Size::new(512, 384)));
    }
}
