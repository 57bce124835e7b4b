//! The mean of heatmaps of crops in which a person is seen at several sizes.

use super::HeatmapCodec;
use crate::pictures::Tap;

impl HeatmapCodec {
    /// Mean of heatmaps `[n, joints, height, width]` of views in which people are so many times as large as in
    /// their boxes' crops, at the size of these crops. Every pixel is the mean of the views that see it, and 0
    /// where none does.
    ///
    /// # Panics
    /// When the lengths differ or a factor is not above 0.
    pub fn mean_of_views(&self, views: &[(f64, Vec<f32>)]) -> Vec<f32> {
        let size = self.heatmap();
        let len = views.first().map_or(0, |(_, maps)| maps.len());
        let (mut mean, mut seen) = (vec![0.0; len], vec![0.0f32; size.pixels()]);
        for (factor, maps) in views {
            assert_eq!(maps.len(), len, "every view has the heatmaps of all people");
            assert!(*factor > 0.0, "{factor} is above 0");
            let (rows, columns) = (taps(size.height, *factor), taps(size.width, *factor));
            let grid =
                || rows.iter().flat_map(|row| columns.iter().map(move |column| (row, column)));
            for (count, at) in seen.iter_mut().zip(grid()) {
                *count += if let (Some(_), Some(_)) = at { 1.0 } else { 0.0 };
            }
            let pairs = mean.chunks_exact_mut(size.pixels()).zip(maps.chunks_exact(size.pixels()));
            for (mean, map) in pairs {
                for (value, at) in mean.iter_mut().zip(grid()) {
                    if let (Some(row), Some(column)) = at {
                        *value += row.mix(|y| column.mix(|x| map[y * size.width + x]));
                    }
                }
            }
        }
        for map in mean.chunks_exact_mut(size.pixels()) {
            map.iter_mut().zip(&seen).for_each(|(value, count)| *value /= count.max(1.0));
        }
        mean
    }
}

/// Where the pixels of an axis lie in a view that is enlarged about the crop's centre; `None` outside of it.
fn taps(length: usize, factor: f64) -> Vec<Option<Tap>> {
    let (center, last) = (length as f64 / 2.0, length - 1);
    let tap = |pixel: usize| {
        let position = center + (pixel as f64 - center) * factor;
        (0.0..=last as f64).contains(&position).then(|| Tap::at(position, length))
    };
    (0..length).map(tap).collect()
}
