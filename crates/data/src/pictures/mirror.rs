//! Mirroring left to right.

/// Mirroring of a picture or crop.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Mirror {
    /// Unchanged.
    #[default]
    No,
    /// Column `x` becomes `width - 1 - x`.
    LeftRight,
}

impl Mirror {
    /// [`LeftRight`](Self::LeftRight) if `mirrored`.
    pub(crate) fn when(mirrored: bool) -> Self {
        if mirrored { Self::LeftRight } else { Self::No }
    }
}

/// Mirrors the rows of `[height, width, 3]` pixels.
pub(crate) fn mirror_rows(pixels: &mut [u8], width: usize, mirror: Mirror) {
    const CHANNELS: usize = 3;
    if mirror == Mirror::No {
        return;
    }
    for row in pixels.chunks_exact_mut(width * CHANNELS) {
        for x in 0..width / 2 {
            let other = (width - 1 - x) * CHANNELS;
            let (left, right) = row.split_at_mut(other);
            left[x * CHANNELS..][..CHANNELS].swap_with_slice(&mut right[..CHANNELS]);
        }
    }
}
