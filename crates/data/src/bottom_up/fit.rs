//! The side of a picture that scales are measured by.

use scalenas_base::Size;
use serde::{Deserialize, Serialize};

/// Side of a picture whose length is the input's at scale 1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Fit {
    /// The shorter side, as published.
    #[default]
    Shorter,
    /// The longer side: all of the picture is in the square, with black borders.
    Longer,
}

impl Fit {
    /// Length of that side of a picture of `size`, in pixels.
    pub fn side(self, size: Size) -> usize {
        match self {
            Self::Shorter => size.shorter(),
            Self::Longer => size.longer(),
        }
    }
}
