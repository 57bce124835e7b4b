//! Linear interpolation along an axis of a picture or map.

/// Two pixels of an axis between which a position lies, and the weight of the second.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Tap {
    pub first: usize,
    pub second: usize,
    pub share: f32,
}

impl Tap {
    /// Tap of a position within `0..=length - 1`, in pixels.
    pub fn at(position: f64, length: usize) -> Self {
        let first = position as usize;
        let second = (first + 1).min(length - 1);
        Self { first, second, share: (position - first as f64) as f32 }
    }

    /// The value between those of the two pixels.
    #[inline]
    pub fn mix(self, value: impl Fn(usize) -> f32) -> f32 {
        let first = value(self.first);
        first + self.share * (value(self.second) - first)
    }
}
