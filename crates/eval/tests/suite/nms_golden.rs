//! OKS suppression keeps exactly the poses that the reference keeps, in its order.

use scalenas_eval::{
    PoseCandidate, SOFT_KEEP, Sigmas, Suppression, oks_nms, rescore, soft_oks_nms,
};
use serde_json::Value;

fn candidate(pose: &Value) -> PoseCandidate {
    let joints = pose["keypoints"].as_array().expect("joints").iter().map(crate::common::numbers);
    let keypoints = joints.map(|joint| joint.try_into().expect("x, y, score")).collect();
    let [score, area] = ["score", "area"].map(|key| pose[key].as_f64().expect(key));
    PoseCandidate::new(1, keypoints, score, area, [0.0; 4])
}

fn indices(value: &Value) -> Vec<usize> {
    crate::common::numbers(value).into_iter().map(|index| index as usize).collect()
}

#[test]
#[cfg_attr(not(reference_data), ignore = "no reference data: set SCALENAS_SHARED")]
fn hard_and_soft_suppression_equal_the_reference() {
    let shared = crate::common::shared();
    let golden = crate::common::json(&shared.join("golden/top_down/top_down.json"));
    let golden = golden["oks_nms"].as_object().expect("a table");
    let poses = golden["poses"].as_array().expect("poses");
    let candidates: Vec<_> = poses.iter().map(candidate).collect();
    let sigmas = Sigmas::coco();
    let mut compared = 0;
    for (key, expected) in golden {
        let Some((rule, threshold)) = key.split_once("keep_at_") else { continue };
        let threshold: f64 = threshold.parse().expect("a threshold");
        let kept = match rule {
            "" => oks_nms(&candidates, threshold, &sigmas),
            "soft_" => soft_oks_nms(&candidates, threshold, SOFT_KEEP, &sigmas),
            _ => panic!("unknown rule `{key}`"),
        };
        assert_eq!(kept, indices(expected), "{key}");
        compared += 1;
    }
    assert!(compared > 0, "no selection to compare");
}

#[test]
#[cfg_attr(not(reference_data), ignore = "no reference data: set SCALENAS_SHARED")]
fn suppression_is_stable_under_its_own_output() {
    let shared = crate::common::shared();
    let golden = crate::common::json(&shared.join("golden/top_down/top_down.json"));
    let poses = golden["oks_nms"]["poses"].as_array().expect("poses");
    let mut candidates: Vec<_> = poses.iter().map(candidate).collect();
    rescore(&mut candidates, 0.2);
    let sigmas = Sigmas::coco();
    let once = Suppression::HARD.keep(&candidates, &sigmas);
    let kept: Vec<_> = once.iter().map(|index| candidates[*index].clone()).collect();
    let twice = Suppression::HARD.keep(&kept, &sigmas);
    assert_eq!(twice, (0..kept.len()).collect::<Vec<_>>());
}
