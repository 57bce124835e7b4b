//! Checked values of arguments.

use scalenas_base::Size;
use scalenas_data::BoxPadding;

/// A count of at least 1.
pub fn count(text: &str) -> Result<usize, String> {
    let count = text.parse().ok().filter(|&count: &usize| count > 0);
    count.ok_or_else(|| format!("{text:?} is not a number of at least 1"))
}

/// A finite factor above 0.
pub fn factor(text: &str) -> Result<f64, String> {
    let factor = text.parse().ok().filter(|factor: &f64| factor.is_finite() && *factor > 0.0);
    factor.ok_or_else(|| format!("{text:?} is not a number above 0"))
}

/// Size of a crop relative to its box.
pub fn box_padding(text: &str) -> Result<BoxPadding, String> {
    let padding = text.parse().ok().and_then(|factor| BoxPadding::new(factor).ok());
    padding.ok_or_else(|| format!("{text:?} is not a number from 0.5 to 4"))
}

/// A finite number: with NaN, every score would be below the limit.
pub fn score(text: &str) -> Result<f64, String> {
    let score = text.parse().ok().filter(|score: &f64| score.is_finite());
    score.ok_or_else(|| format!("{text:?} is not a finite number"))
}

/// A number in [0, 1].
pub fn share(text: &str) -> Result<f64, String> {
    let share = text.parse().ok().filter(|share: &f64| (0.0..=1.0).contains(share));
    share.ok_or_else(|| format!("{text:?} is not a number from 0 to 1"))
}

/// `HEIGHTxWIDTH`, each at least 1.
pub fn size(text: &str) -> Result<Size, String> {
    let accepted = || format!("{text:?} is not HEIGHTxWIDTH, such as 256x192");
    let (height, width) = text.split_once('x').ok_or_else(accepted)?;
    match (height.parse(), width.parse()) {
        (Ok(height), Ok(width)) if height > 0 && width > 0 => Ok(Size::new(height, width)),
        _ => Err(accepted()),
    }
}
