//! Suppression of several poses of one person, by keypoint similarity.
//!
//! Source: HRNet reference. The similarity is a symmetric form of OKS: over all joints, with
//! the mean of both areas. Candidates of equal score are ranked later first, as the reversed
//! ascending sort of the reference does.

use super::candidate::PoseCandidate;
use super::sigmas::Sigmas;

/// Similarity above which the lower-scored pose is dropped (HRNet reference).
pub const NMS_THRESHOLD: f64 = 0.9;

/// Maximum number of poses per image under soft suppression (HRNet reference).
pub const SOFT_KEEP: usize = 20;

/// Removal of several poses of one person.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Suppression {
    /// All candidates are kept.
    None,
    /// Greedy: candidates more similar than `threshold` to a better one are dropped.
    Hard {
        /// Maximum similarity of two kept poses.
        threshold: f64,
    },
    /// Scores of similar candidates decay by `exp(−similarity² / threshold)`; the best `keep` stay.
    Soft {
        /// Width of the decay.
        threshold: f64,
        /// Maximum number of poses to keep.
        keep: usize,
    },
}

impl Suppression {
    /// Greedy suppression with the reference's threshold.
    pub const HARD: Self = Self::Hard { threshold: NMS_THRESHOLD };
    /// Soft suppression with the reference's threshold and count.
    pub const SOFT: Self = Self::Soft { threshold: NMS_THRESHOLD, keep: SOFT_KEEP };

    /// Indices of the kept `candidates` of one image, best first ([`Self::None`]: in input order).
    pub fn keep(self, candidates: &[PoseCandidate], sigmas: &Sigmas) -> Vec<usize> {
        match self {
            Self::None => (0..candidates.len()).collect(),
            Self::Hard { threshold } => oks_nms(candidates, threshold, sigmas),
            Self::Soft { threshold, keep } => soft_oks_nms(candidates, threshold, keep, sigmas),
        }
    }
}

/// Greedy suppression of one image's candidates: indices of the kept ones, best first.
pub fn oks_nms(candidates: &[PoseCandidate], threshold: f64, sigmas: &Sigmas) -> Vec<usize> {
    let variances = sigmas.variances();
    let mut kept = Vec::new();
    for index in best_first(candidates) {
        let similar = kept.iter().any(|&better: &usize| {
            similarity(&candidates[better], &candidates[index], &variances) > threshold
        });
        if !similar {
            kept.push(index);
        }
    }
    kept
}

/// Soft suppression of one image's candidates: indices of at most `keep`, in the order taken.
pub fn soft_oks_nms(
    candidates: &[PoseCandidate],
    threshold: f64,
    keep: usize,
    sigmas: &Sigmas,
) -> Vec<usize> {
    let variances = sigmas.variances();
    let mut left: Vec<(usize, f64)> =
        best_first(candidates).into_iter().map(|index| (index, candidates[index].score)).collect();
    let mut kept = Vec::new();
    while !left.is_empty() && kept.len() < keep {
        let (best, _) = left.remove(0);
        kept.push(best);
        for (index, score) in &mut left {
            let overlap = similarity(&candidates[best], &candidates[*index], &variances);
            *score *= (-overlap.powi(2) / threshold).exp();
        }
        // Reversing before a stable descending sort puts later entries first among equals.
        left.reverse();
        left.sort_by(|a, b| b.1.total_cmp(&a.1));
    }
    kept
}

fn best_first(candidates: &[PoseCandidate]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..candidates.len()).rev().collect();
    order.sort_by(|&a, &b| candidates[b].score.total_cmp(&candidates[a].score));
    order
}

fn similarity(a: &PoseCandidate, b: &PoseCandidate, variances: &[f64]) -> f64 {
    // The smallest number above zero area, as the reference adds it.
    let area = f64::midpoint(a.area, b.area) + f64::EPSILON;
    let joints = a.keypoints.iter().zip(&b.keypoints).zip(variances);
    let total: f64 = joints
        .map(|((p, q), variance)| {
            let squared = (q[0] - p[0]).powi(2) + (q[1] - p[1]).powi(2);
            (-squared / variance / area / 2.0).exp()
        })
        .sum();
    match a.keypoints.len() {
        0 => 0.0,
        joints => total / joints as f64,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pose(x: f64, score: f64) -> PoseCandidate {
        let mut pose = PoseCandidate::new(1, vec![[x, 10.0, 1.0]], score, 1000.0, [0.0; 4]);
        pose.score = score;
        pose
    }

    fn sigmas() -> Sigmas {
        Sigmas::new(vec![0.05]).unwrap()
    }

    #[test]
    fn the_better_of_two_equal_poses_stays() {
        let poses = [pose(10.0, 0.3), pose(10.0, 0.8), pose(500.0, 0.1)];
        assert_eq!(oks_nms(&poses, NMS_THRESHOLD, &sigmas()), [1, 2]);
    }

    #[test]
    fn soft_suppression_moves_duplicates_back_and_cuts() {
        let poses = [pose(10.0, 0.7), pose(10.0, 0.8), pose(500.0, 0.5)];
        assert_eq!(soft_oks_nms(&poses, NMS_THRESHOLD, 20, &sigmas()), [1, 2, 0]);
        assert_eq!(soft_oks_nms(&poses, NMS_THRESHOLD, 2, &sigmas()), [1, 2]);
    }

    #[test]
    fn ties_go_to_the_later_candidate() {
        let poses = [pose(10.0, 0.5), pose(500.0, 0.5)];
        assert_eq!(Suppression::HARD.keep(&poses, &sigmas()), [1, 0]);
        assert_eq!(Suppression::SOFT.keep(&poses, &sigmas()), [1, 0]);
        assert_eq!(Suppression::None.keep(&poses, &sigmas()), [0, 1]);
    }

    #[test]
    fn nothing_in_nothing_out() {
        assert!(Suppression::HARD.keep(&[], &sigmas()).is_empty());
        assert!(Suppression::SOFT.keep(&[], &sigmas()).is_empty());
    }
}
