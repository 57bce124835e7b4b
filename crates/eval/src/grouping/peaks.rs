//! Peaks of a heatmap: pixels that are the largest of the 5x5 around them.

use super::maps::PredictedMaps;

/// Pixels to each side that a peak must not be below.
const RADIUS: usize = 2;

/// A peak of a heatmap.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Peak {
    /// Position in the map, `y * width + x`.
    pub pixel: usize,
    pub score: f32,
}

/// The `most` highest peaks above `threshold`, highest first; of equal peaks the first in the map.
pub(super) fn peaks(
    scene: &PredictedMaps<'_>,
    bounds: &[f32],
    joint: usize,
    threshold: f32,
    most: usize,
) -> Vec<Peak> {
    let (map, width) = (scene.heatmap(joint), scene.width());
    let mut peaks = Vec::new();
    let high = bounds.iter().enumerate().filter(|(_, maximum)| **maximum > threshold);
    for (cell, _) in high {
        let (rows, columns) = scene.grid().pixels(cell);
        for y in rows {
            let row = &map[y * width..][..width];
            for x in columns.clone() {
                let score = row[x];
                if score > threshold && is_peak(map, [scene.height(), width], [y, x], score) {
                    peaks.push(Peak { pixel: y * width + x, score });
                }
            }
        }
    }
    let order = |a: &Peak, b: &Peak| b.score.total_cmp(&a.score).then(a.pixel.cmp(&b.pixel));
    if peaks.len() > most && most > 0 {
        peaks.select_nth_unstable_by(most - 1, order);
    }
    peaks.truncate(most);
    peaks.sort_unstable_by(order);
    peaks
}

fn is_peak(map: &[f32], [height, width]: [usize; 2], [y, x]: [usize; 2], score: f32) -> bool {
    // A neighbour in the row rules most pixels out.
    let row = y * width;
    if (x > 0 && map[row + x - 1] > score) || (x + 1 < width && map[row + x + 1] > score) {
        return false;
    }
    let columns = x.saturating_sub(RADIUS)..(x + RADIUS + 1).min(width);
    let mut rows = y.saturating_sub(RADIUS)..(y + RADIUS + 1).min(height);
    rows.all(|y| map[y * width..][columns.clone()].iter().all(|&value| value <= score))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Every peak by definition, highest first.
    fn expected(map: &[f32], height: usize, width: usize, threshold: f32) -> Vec<usize> {
        let near = |a: usize, b: usize| a.abs_diff(b) <= RADIUS;
        let mut peaks: Vec<usize> = (0..map.len())
            .filter(|&p| map[p] > threshold)
            .filter(|&p| {
                (0..height * width).all(|q| {
                    !(near(p / width, q / width) && near(p % width, q % width)) || map[q] <= map[p]
                })
            })
            .collect();
        peaks.sort_by(|&a, &b| map[b].total_cmp(&map[a]));
        peaks
    }

    proptest! {
        #[test]
        fn equal_the_definition(
            (height, width, map) in (1usize..20, 1usize..40).prop_flat_map(|(h, w)| {
                (Just(h), Just(w), prop::collection::vec(0u8..12, h * w))
            }),
            most in 0usize..40,
        ) {
            let map: Vec<f32> = map.into_iter().map(|v| f32::from(v) * 0.05).collect();
            let scene = PredictedMaps::new(&map, &map, [1, height, width]).unwrap();
            let bounds = scene.heat_bounds(0).unwrap();
            let found = peaks(&scene, &bounds, 0, 0.1, most);
            let found: Vec<usize> = found.iter().map(|peak| peak.pixel).collect();
            let mut expected = expected(&map, height, width, 0.1);
            expected.truncate(most);
            prop_assert_eq!(found, expected);
        }
    }
}
