//! Properties of arbitrary poses: similarity stays in [0, 1], suppression keeps
//! distinct poses, files lose nothing.

#![allow(clippy::unwrap_used, reason = "in a test the panic is the report")]

use proptest::collection::vec;
use proptest::prelude::*;
use scalenas_eval::{
    CocoResult, NMS_THRESHOLD, PoseCandidate, ResultRules, Sigmas, Suppression, finish, oks,
    oks_nms, results, soft_oks_nms,
};

const JOINTS: usize = 17;

fn pose() -> impl Strategy<Value = Vec<[f64; 3]>> {
    let joint = (-50.0..700.0_f64, -50.0..500.0_f64, 0.0..1.0_f64);
    vec(joint.prop_map(|(x, y, score)| [x, y, score]), JOINTS)
}

fn candidate() -> impl Strategy<Value = PoseCandidate> {
    (0..3_i64, pose(), 0.0..1.0_f64, 0.0..1e7_f64).prop_map(|(image, joints, score, area)| {
        PoseCandidate::new(image, joints, score, area, [0.0; 4])
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn similarity_is_a_share_and_one_for_the_same_pose(
        a in pose(), b in pose(), area in 0.0..1e6_f64, side in 0.0..300.0_f64,
    ) {
        let bbox = [10.0, 20.0, side, side];
        let similarity = oks(&a, &b, area, bbox, &Sigmas::coco());
        prop_assert!((0.0..=1.0).contains(&similarity));
        prop_assert!((oks(&b, &b, area, bbox, &Sigmas::coco()) - 1.0).abs() < 1e-12);
    }

    #[test]
    fn suppression_keeps_distinct_candidates_best_first(
        candidates in vec(candidate(), 0..30), keep in 0..25_usize,
    ) {
        let sigmas = Sigmas::coco();
        let hard = oks_nms(&candidates, NMS_THRESHOLD, &sigmas);
        prop_assert!(hard.is_sorted_by(|a, b| candidates[*a].score >= candidates[*b].score));
        prop_assert_eq!(hard.is_empty(), candidates.is_empty());
        let mut soft = soft_oks_nms(&candidates, NMS_THRESHOLD, keep, &sigmas);
        prop_assert_eq!(soft.len(), keep.min(candidates.len()));
        soft.sort_unstable();
        soft.dedup();
        prop_assert_eq!(soft.len(), keep.min(candidates.len()), "an index twice");
    }

    #[test]
    fn results_do_not_depend_on_the_order_of_images(candidates in vec(candidate(), 0..30)) {
        let rules = ResultRules { suppression: Suppression::SOFT, ..ResultRules::default() };
        let forward = finish(candidates.clone(), &Sigmas::coco(), &rules);
        let mut grouped = candidates;
        grouped.sort_by_key(|candidate| -candidate.image_id);
        prop_assert_eq!(finish(grouped, &Sigmas::coco(), &rules), forward);
    }

    #[test]
    fn files_keep_every_bit(
        joints in vec(pose(), 0..5), score in any::<f64>().prop_filter("finite", |s| s.is_finite()),
        bbox in proptest::option::of([0.0..1e3_f64, 0.0..1e3, 0.0..1e3, 0.0..1e3]),
    ) {
        let list: Vec<CocoResult> = joints
            .into_iter()
            .zip(1..)
            .map(|(keypoints, image_id)| CocoResult {
                image_id, category_id: 1, keypoints, score, bbox,
            })
            .collect();
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("results.json");
        results::write(&path, &list).unwrap();
        prop_assert_eq!(results::read(&path).unwrap(), list);
    }
}
