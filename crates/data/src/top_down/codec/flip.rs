//! The flip test: heatmaps of the mirrored crop, turned back and averaged in.

use super::HeatmapCodec;

impl HeatmapCodec {
    /// Turns heatmaps `[n, joints, height, width]` of mirrored crops into those of the crops:
    /// mirrored, `pairs` swapped, and moved one pixel to the right (the first column stays), which
    /// makes up for the stride's misalignment.
    ///
    /// # Panics
    /// When the length is not that of whole people.
    pub fn flip_back(&self, heatmaps: &mut [f32], pairs: &[(usize, usize)]) {
        assert!(heatmaps.len().is_multiple_of(self.len().max(1)), "heatmaps are [n, joints, h, w]");
        let (pixels, width) = (self.pixels(), self.heatmap().width);
        for person in heatmaps.chunks_exact_mut(self.len().max(1)) {
            for &(a, b) in pairs {
                let (low, high) = person.split_at_mut(a.max(b) * pixels);
                low[a.min(b) * pixels..][..pixels].swap_with_slice(&mut high[..pixels]);
            }
            for row in person.chunks_exact_mut(width) {
                row.reverse();
                row.copy_within(..width - 1, 1);
            }
        }
    }

    /// Averages `other` into `heatmaps`, value by value.
    ///
    /// # Panics
    /// When the lengths differ.
    pub fn average(&self, heatmaps: &mut [f32], other: &[f32]) {
        assert_eq!(heatmaps.len(), other.len(), "two sets of the same heatmaps");
        for (value, other) in heatmaps.iter_mut().zip(other) {
            *value = (*value + other) * 0.5;
        }
    }
}
