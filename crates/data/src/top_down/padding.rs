//! Crops of a network: the size of its input, and how much of the surroundings of a box they show.

use scalenas_base::Size;
use serde::{Deserialize, Serialize};

use crate::{Error, Result};

/// Smallest and largest size of a crop relative to its box.
const RANGE: [f64; 2] = [0.5, 4.0];

/// Size of a crop relative to its box; 1.25 as published.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "f64", into = "f64")]
pub struct BoxPadding(f64);

impl BoxPadding {
    /// Padding by this factor.
    ///
    /// # Errors
    /// When it is not from 0.5 to 4.
    pub fn new(factor: f64) -> Result<Self> {
        let [least, most] = RANGE;
        if (least..=most).contains(&factor) {
            return Ok(Self(factor));
        }
        Err(Error::Setting {
            key: "box_padding",
            value: factor.to_string(),
            accepted: "0.5 to 4, as 1.25",
        })
    }

    /// The factor.
    pub fn factor(self) -> f64 {
        self.0
    }
}

impl Default for BoxPadding {
    fn default() -> Self {
        Self(1.25)
    }
}

impl TryFrom<f64> for BoxPadding {
    type Error = Error;

    fn try_from(factor: f64) -> Result<Self> {
        Self::new(factor)
    }
}

impl From<BoxPadding> for f64 {
    fn from(padding: BoxPadding) -> Self {
        padding.factor()
    }
}

/// Crops that a network takes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BoxCrop {
    /// Height and width of the network's input.
    pub input: Size,
    /// Size of a crop relative to its box.
    pub padding: BoxPadding,
}

impl From<Size> for BoxCrop {
    fn from(input: Size) -> Self {
        Self { input, padding: BoxPadding::default() }
    }
}

impl From<(usize, usize)> for BoxCrop {
    fn from(input: (usize, usize)) -> Self {
        Size::from(input).into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paddings_out_of_range_are_refused() {
        for factor in [0.0, -1.25, 0.49, 4.01, f64::NAN, f64::INFINITY] {
            let error = BoxPadding::new(factor).unwrap_err().to_string();
            assert!(error.contains("box_padding") && error.contains("0.5 to 4"), "{error}");
        }
        for factor in [0.5, 1.0, 4.0] {
            assert_eq!(BoxPadding::new(factor).unwrap(), BoxPadding(factor));
        }
    }
}
