//! A pose predicted in one box, and its score.
//!
//! Source: HRNet reference. Score = box score x mean of the joint scores above a threshold.

use scalenas_coco::PERSON_CATEGORY;

/// Joint scores at or below this do not enter a pose's score (HRNet reference).
pub const JOINT_THRESHOLD: f64 = 0.2;

/// Pose predicted in one box, before suppression.
#[derive(Debug, Clone, PartialEq)]
pub struct PoseCandidate {
    /// Image of the data set.
    pub image_id: i64,
    /// Category of the person.
    pub category_id: u64,
    /// `[x, y, score]` per joint, in pixels of the image.
    pub keypoints: Vec<[f64; 3]>,
    /// Score of the box from the detector; 1 for annotated boxes.
    pub box_score: f64,
    /// The person's area in pixels²: product of the crop's `scale · 200`.
    pub area: f64,
    /// The box as detected, `[x, y, width, height]` in pixels.
    pub bbox: [f64; 4],
    /// Score of the pose, set by [`rescore`]; suppression and AP rank by it.
    pub score: f64,
}

impl PoseCandidate {
    /// A candidate of COCO's category whose pose score is that of its box.
    pub fn new(
        image_id: i64,
        keypoints: Vec<[f64; 3]>,
        box_score: f64,
        area: f64,
        bbox: [f64; 4],
    ) -> Self {
        let category_id = PERSON_CATEGORY;
        Self { image_id, category_id, keypoints, box_score, area, bbox, score: box_score }
    }

    /// The candidate with another category.
    #[must_use]
    pub fn of_category(self, category_id: u64) -> Self {
        Self { category_id, ..self }
    }

    /// Mean of the joint scores above `threshold`; 0 when there is none.
    pub fn joint_score(&self, threshold: f64) -> f64 {
        let above = || self.keypoints.iter().map(|joint| joint[2]).filter(|s| *s > threshold);
        match above().count() {
            0 => 0.0,
            count => above().sum::<f64>() / count as f64,
        }
    }
}

/// Sets every candidate's score to its box score x the mean of its joint scores above `threshold`.
pub fn rescore(candidates: &mut [PoseCandidate], threshold: f64) {
    for candidate in candidates {
        candidate.score = candidate.box_score * candidate.joint_score(threshold);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_joints_above_the_threshold_count() {
        let joints = [0.1, JOINT_THRESHOLD, 0.4, 0.8].map(|score| [0.0, 0.0, score]);
        let mut candidates = [PoseCandidate::new(1, joints.to_vec(), 0.5, 100.0, [0.0; 4])];
        rescore(&mut candidates, JOINT_THRESHOLD);
        assert!((candidates[0].score - 0.5 * 0.6).abs() < 1e-12);
    }

    #[test]
    fn a_pose_without_a_sure_joint_scores_zero() {
        let mut candidates = [PoseCandidate::new(1, vec![[0.0, 0.0, 0.1]], 0.9, 1.0, [0.0; 4])];
        rescore(&mut candidates, JOINT_THRESHOLD);
        assert!(candidates[0].score.abs() < f64::EPSILON);
    }
}
