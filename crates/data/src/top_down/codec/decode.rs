//! Heatmaps to joints: the highest pixel, moved a quarter towards its higher neighbour.

use scalenas_base::Size;

use super::HeatmapCodec;
use crate::pictures::{Direction, crop_affine};

/// The joints of one person.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Decoded {
    /// `[x, y]` of each joint in picture pixels.
    pub keypoints: Vec<[f64; 2]>,
    /// Peak value of each joint.
    pub scores: Vec<f32>,
}

/// Shift of a peak towards its higher neighbour, in heatmap pixels.
const SHIFT: f32 = 0.25;

impl HeatmapCodec {
    /// Joints of `n` people from their heatmaps `[n, joints, height, width]` and the centres and
    /// scales of their crops. A joint whose heatmap is nowhere positive lands in the corner.
    ///
    /// # Panics
    /// When the lengths are not those of `n` people.
    pub fn decode(
        &self,
        heatmaps: &[f32],
        centers: &[[f32; 2]],
        scales: &[[f32; 2]],
    ) -> Vec<Decoded> {
        assert_eq!(centers.len(), scales.len(), "one centre and scale per person");
        assert_eq!(heatmaps.len(), centers.len() * self.len(), "heatmaps are [n, joints, h, w]");
        let people = heatmaps.chunks_exact(self.len().max(1));
        people
            .zip(centers.iter().zip(scales))
            .map(|(maps, (c, s))| self.person(maps, *c, *s))
            .collect()
    }

    fn person(&self, heatmaps: &[f32], center: [f32; 2], scale: [f32; 2]) -> Decoded {
        let size = self.heatmap();
        let back = crop_affine(center, scale, 0.0, size, Direction::Inverse);
        let joints = heatmaps.chunks_exact(self.pixels()).map(|map| peak(map, size));
        let (positions, scores): (Vec<[f32; 2]>, Vec<f32>) = joints.unzip();
        let keypoints = positions.iter().map(|p| back.apply(p.map(f64::from))).collect();
        Decoded { keypoints, scores }
    }
}

/// Refined position and height of the highest pixel; the first of equals, `NaN` never wins.
fn peak(map: &[f32], Size { height, width }: Size) -> ([f32; 2], f32) {
    let (mut index, mut score) = (0, f32::NEG_INFINITY);
    for (i, &value) in map.iter().enumerate() {
        if value > score {
            (index, score) = (i, value);
        }
    }
    if !score.is_finite() {
        return ([0.0; 2], 0.0);
    }
    if score <= 0.0 {
        return ([0.0; 2], score);
    }
    let (x, y) = (index % width, index / width);
    let mut position = [x as f32, y as f32];
    if x > 1 && x + 1 < width && y > 1 && y + 1 < height {
        let row = y * width;
        position[0] += SHIFT * sign(map[row + x + 1] - map[row + x - 1]);
        position[1] += SHIFT * sign(map[row + width + x] - map[row - width + x]);
    }
    (position, score)
}

fn sign(difference: f32) -> f32 {
    if difference == 0.0 || difference.is_nan() { 0.0 } else { difference.signum() }
}
