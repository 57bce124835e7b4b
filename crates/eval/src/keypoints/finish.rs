//! From the candidates of a whole data set to its results: rescoring, suppression, ordering.

use std::collections::BTreeMap;

use super::candidate::{JOINT_THRESHOLD, PoseCandidate, rescore};
use super::sigmas::Sigmas;
use super::suppression::Suppression;
use scalenas_coco::CocoResult;

/// Rules by which candidates become results.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ResultRules {
    /// Joint scores at or below this do not enter a pose's score.
    pub joint_threshold: f64,
    /// Removal of duplicates.
    pub suppression: Suppression,
}

impl Default for ResultRules {
    fn default() -> Self {
        Self { joint_threshold: JOINT_THRESHOLD, suppression: Suppression::HARD }
    }
}

/// Rescores `candidates`, removes duplicates of a category within each image and returns the results.
///
/// Results are ordered by image id, and best first within an image. They carry no box: a `bbox`
/// would change the detection's area in the COCO evaluator.
pub fn finish(
    mut candidates: Vec<PoseCandidate>,
    sigmas: &Sigmas,
    rules: &ResultRules,
) -> Vec<CocoResult> {
    rescore(&mut candidates, rules.joint_threshold);
    let mut images: BTreeMap<(i64, u64), Vec<PoseCandidate>> = BTreeMap::new();
    for candidate in candidates {
        let key = (candidate.image_id, candidate.category_id);
        images.entry(key).or_default().push(candidate);
    }
    images.into_values().flat_map(|poses| finish_image(poses, sigmas, rules)).collect()
}

fn finish_image(
    mut poses: Vec<PoseCandidate>,
    sigmas: &Sigmas,
    rules: &ResultRules,
) -> Vec<CocoResult> {
    let kept = rules.suppression.keep(&poses, sigmas);
    kept.into_iter()
        .map(|index| CocoResult {
            image_id: poses[index].image_id,
            category_id: poses[index].category_id,
            // Each index is kept once, so its joints can move.
            keypoints: std::mem::take(&mut poses[index].keypoints),
            score: poses[index].score,
            bbox: None,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn duplicates_go_within_an_image_only() {
        let pose = |image, score| {
            let joints = vec![[5.0, 5.0, score]; 17];
            PoseCandidate::new(image, joints, 1.0, 1e4, [0.0; 4])
        };
        let candidates = vec![pose(7, 0.5), pose(3, 0.6), pose(7, 0.9)];
        let results = finish(candidates, &Sigmas::coco(), &ResultRules::default());
        let seen: Vec<_> = results.iter().map(|r| (r.image_id, r.keypoints[0][2])).collect();
        assert_eq!(seen, [(3, 0.6), (7, 0.9)]);
    }
}
