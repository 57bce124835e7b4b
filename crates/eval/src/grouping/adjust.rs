//! Positions below a pixel: a quarter toward the larger neighbour, then to the pixel's centre.

use super::maps::PredictedMaps;
use super::pose::GroupedPose;

/// Step toward the larger neighbour, in pixels.
const QUARTER: f32 = 0.25;
/// From a pixel's corner to its centre.
const CENTRE: f32 = 0.5;

/// Moves the joints of a pose that are in whole pixels.
pub(super) fn adjust(pose: &mut GroupedPose, scene: &PredictedMaps<'_>) {
    for (joint, [x, y, score]) in pose.joints.iter_mut().enumerate() {
        if *score > 0.0 {
            [*x, *y] = centre(scene, joint, [*x as usize, *y as usize]);
        }
    }
}

/// The position that a peak at column `x` and row `y` stands for. Of equal neighbours, and at
/// the border of itself, the one to the left or above counts as larger.
pub(super) fn centre(scene: &PredictedMaps<'_>, joint: usize, [x, y]: [usize; 2]) -> [f32; 2] {
    let (map, height, width) = (scene.heatmap(joint), scene.height(), scene.width());
    let at = |x: usize, y: usize| map[y * width + x];
    let step = |after: f32, before: f32| if after > before { QUARTER } else { -QUARTER };
    let across = step(at((x + 1).min(width - 1), y), at(x.saturating_sub(1), y));
    let down = step(at(x, (y + 1).min(height - 1)), at(x, y.saturating_sub(1)));
    [x as f32 + across + CENTRE, y as f32 + down + CENTRE]
}
