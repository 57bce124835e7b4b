//! Object keypoint similarity (OKS) of a predicted pose to an annotated one, in [0, 1].
//!
//! Source: COCO evaluator. `mean over labelled joints of exp(−d² / (2 · area · (2σ)²))`.

use hotcoco::primitives::sim::{GtPose, oks_matrix};

use super::sigmas::Sigmas;

/// Similarity of `prediction` to the annotated pose `truth`, both `[x, y, v]` per joint in pixels.
///
/// Only joints with `v > 0` in `truth` count; without any, the distance is that to the doubled
/// `bbox` (`[x, y, width, height]`), over all joints. `area` is the annotated area in pixels².
pub fn oks(
    prediction: &[[f64; 3]],
    truth: &[[f64; 3]],
    area: f64,
    bbox: [f64; 4],
    sigmas: &Sigmas,
) -> f64 {
    let pose = GtPose { keypoints: truth.as_flattened(), area, bbox };
    let rows = oks_matrix(&[prediction.as_flattened()], &[pose], sigmas.values());
    rows.first().and_then(|row| row.first()).copied().unwrap_or(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn follows_the_formula_over_labelled_joints() {
        let sigmas = Sigmas::new(vec![0.05, 0.1]).unwrap();
        let truth = [[10.0, 20.0, 2.0], [50.0, 60.0, 0.0]];
        let prediction = [[13.0, 24.0, 0.9], [999.0, 999.0, 0.9]];
        let area = 400.0;
        let expected = (-25.0 / (2.0 * area * 0.1_f64.powi(2))).exp();
        let similarity = oks(&prediction, &truth, area, [0.0; 4], &sigmas);
        assert!((similarity - expected).abs() < 1e-12, "{similarity} {expected}");
    }

    #[test]
    fn without_labelled_joints_the_doubled_box_is_home() {
        let sigmas = Sigmas::new(vec![0.05]).unwrap();
        let truth = [[0.0, 0.0, 0.0]];
        let bbox = [10.0, 10.0, 20.0, 20.0];
        let inside = oks(&[[45.0, 45.0, 1.0]], &truth, 400.0, bbox, &sigmas);
        let outside = oks(&[[80.0, 45.0, 1.0]], &truth, 400.0, bbox, &sigmas);
        assert!((inside - 1.0).abs() < 1e-12);
        assert!(outside < inside);
    }
}
