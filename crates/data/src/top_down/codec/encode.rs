//! Joints to heatmaps: a Gaussian of peak 1 around the nearest heatmap pixel.

use scalenas_base::Size;

use super::HeatmapCodec;

/// Radius of a Gaussian, in sigmas; rounded up to whole pixels, so that the peak is a pixel.
const RADIUS: f32 = 3.0;

impl HeatmapCodec {
    /// Heatmaps `[joints, height / stride, width / stride]` and weights `[joints]` of the joints
    /// `[x, y, visible]`, in pixels of the crop. The weight is `visible`, or 0 when the Gaussian
    /// lies outside the heatmap altogether.
    pub fn encode(&self, joints: &[[f64; 3]]) -> (Vec<f32>, Vec<f32>) {
        let (mut heatmaps, mut weights) = (vec![0.0; self.len()], vec![0.0; self.joints]);
        self.encode_into(joints, &mut heatmaps, &mut weights);
        (heatmaps, weights)
    }

    /// [`encode`](Self::encode) into zeroed memory.
    ///
    /// # Panics
    /// When the lengths are not those of the codec.
    pub fn encode_into(&self, joints: &[[f64; 3]], heatmaps: &mut [f32], weights: &mut [f32]) {
        assert_eq!(joints.len(), self.joints, "one position per joint");
        assert_eq!(heatmaps.len(), self.len(), "heatmaps are [joints, height, width]");
        let maps = heatmaps.chunks_exact_mut(self.pixels());
        for ((joint, map), weight) in joints.iter().zip(maps).zip(weights) {
            *weight = self.draw(joint, map);
        }
    }

    /// Draws one joint and returns its weight.
    fn draw(&self, &[x, y, visible]: &[f64; 3], map: &mut [f32]) -> f32 {
        let Size { height, width } = self.heatmap();
        let radius = (self.sigma * RADIUS).ceil() as i64;
        let columns = Patch::new(x / self.stride as f64, radius, width);
        let rows = Patch::new(y / self.stride as f64, radius, height);
        if columns.outside || rows.outside {
            return 0.0;
        }
        if visible > 0.5 {
            let denominator = 2.0 * self.sigma * self.sigma;
            for row in rows.begin..rows.end {
                for column in columns.begin..columns.end {
                    let (dx, dy) = (columns.distance(column), rows.distance(row));
                    map[row * width + column] = (-(dx * dx + dy * dy) / denominator).exp();
                }
            }
        }
        visible as f32
    }
}

/// The part of a Gaussian's square inside the heatmap, along one axis.
struct Patch {
    begin: usize,
    end: usize,
    peak: i64,
    outside: bool,
}

impl Patch {
    fn new(position: f64, radius: i64, size: usize) -> Self {
        // Truncated as in the reference; far outside, the cast saturates.
        let peak = (position + 0.5) as i64;
        let (first, end) = (peak.saturating_sub(radius), peak.saturating_add(radius + 1));
        let size = size as i64;
        let outside = !position.is_finite() || first >= size || end < 0;
        let [begin, end] = [first, end].map(|edge| edge.clamp(0, size) as usize);
        Self { begin, end, peak, outside }
    }

    fn distance(&self, position: usize) -> f32 {
        (position as i64 - self.peak) as f32
    }
}
