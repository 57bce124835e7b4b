//! Interpolation weights between the pixels of a score map and of a picture, along one axis.

/// The stretch of a picture that a score map covers, along one axis.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Span {
    /// Score pixels per pixel of the picture.
    pub ratio: f64,
    /// Start of the score map, in score pixels from the start of the picture.
    pub start: f64,
}

impl Span {
    /// A score map of `from` pixels over a picture of `to` pixels.
    pub fn whole(from: usize, to: usize) -> Self {
        Self { ratio: from as f64 / to as f64, start: 0.0 }
    }
}

/// The two source positions of one target position along one axis.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Tap {
    pub first: usize,
    pub second: usize,
    /// Weight of `second`.
    pub share: f32,
}

impl Tap {
    pub fn mix(self, first: f32, second: f32) -> f32 {
        (1.0 - self.share) * first + self.share * second
    }

    pub fn sample(self, row: &[f32]) -> f32 {
        self.mix(row[self.first], row[self.second])
    }
}

/// Taps of the picture's pixels `targets` in a score map of `length` pixels. Interpolation is
/// between pixel centres (PyTorch's `align_corners=False`), the borders repeat.
pub(super) fn taps(span: Span, length: usize, targets: std::ops::Range<usize>) -> Vec<Tap> {
    let tap = |target: usize| {
        let position = (target as f64 + 0.5) * span.ratio - span.start - 0.5;
        let position = position.max(0.0) as f32;
        let first = (position as usize).min(length - 1);
        let second = (first + 1).min(length - 1);
        Tap { first, second, share: (position - first as f32).clamp(0.0, 1.0) }
    };
    targets.map(tap).collect()
}
