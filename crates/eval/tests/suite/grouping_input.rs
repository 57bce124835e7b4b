//! Grouping of scenes that are empty, crowded, tiny or broken.

use scalenas_eval::grouping::{Grouping, PredictedMaps};

const JOINTS: usize = 3;

/// Maps of `[joints, side, side]`, and one tag a pixel.
struct Scene {
    side: usize,
    heatmaps: Vec<f32>,
    tags: Vec<f32>,
}

impl Scene {
    fn blank(side: usize) -> Self {
        let count = JOINTS * side * side;
        Self { side, heatmaps: vec![0.0; count], tags: vec![0.0; count] }
    }

    /// `people` people in rows, each with all joints at its own spot, tags 3 apart.
    fn crowd(people: usize) -> Self {
        let side = 128;
        let mut scene = Self::blank(side);
        for person in 0..people {
            let pixel = (4 + person / 16 * 8) * side + 4 + person % 16 * 8;
            for joint in 0..JOINTS {
                let at = joint * side * side + pixel;
                scene.heatmaps[at] = 0.9 - 0.01 * person as f32;
                scene.tags[at] = 3.0 * person as f32;
            }
        }
        scene
    }

    fn maps(&self) -> PredictedMaps<'_> {
        PredictedMaps::new(&self.heatmaps, &self.tags, [JOINTS, self.side, self.side])
            .expect("sound sizes")
    }
}

fn people(scene: &Scene) -> usize {
    Grouping::for_joints(JOINTS).group(&scene.maps()).expect("a sound scene").len()
}

#[test]
fn nobody_and_crowds_are_counted() {
    for count in [0, 1, 2, 17, 30] {
        assert_eq!(people(&Scene::crowd(count)), count);
    }
}

#[test]
fn of_a_larger_crowd_the_surest_are_found() {
    let scene = Scene::crowd(45);
    let poses = Grouping::for_joints(JOINTS).group(&scene.maps()).unwrap();
    assert_eq!(poses.len(), 30);
    assert!(poses.iter().all(|pose| pose.score > 0.6), "the 30 highest are 0.9 to 0.61");
}

#[test]
fn one_pixel_is_a_scene() {
    let scene = Scene { side: 1, heatmaps: vec![0.5; JOINTS], tags: vec![0.0; JOINTS] };
    assert_eq!(people(&scene), 1);
}

#[test]
fn broken_numbers_are_named() {
    let grouping = Grouping::for_joints(JOINTS);
    let mut scene = Scene::crowd(2);
    scene.tags[128 * 128 + 4 * 128 + 4] = f32::NAN;
    let message = grouping.group(&scene.maps()).unwrap_err().to_string();
    assert_eq!(message, "tags: joint 1, x 4, y 4: not a finite number");
    scene.heatmaps[2 * 128 * 128 + 127 * 128 + 5] = f32::INFINITY;
    let message = grouping.group(&scene.maps()).unwrap_err().to_string();
    assert_eq!(message, "heatmaps: joint 2, x 5, y 127: not a finite number");
}

#[test]
fn a_batch_gives_what_its_scenes_give() {
    let scenes: Vec<Scene> = [3, 0, 30, 45].map(Scene::crowd).into();
    let maps: Vec<_> = scenes.iter().map(Scene::maps).collect();
    let grouping = Grouping::for_joints(JOINTS);
    let each: Vec<_> = maps.iter().map(|scene| grouping.group(scene).unwrap()).collect();
    assert_eq!(grouping.group_batch(&maps).unwrap(), each);
}

#[test]
fn sizes_that_do_not_match_are_named() {
    let values = [0.0; 12];
    let message = |heatmaps: usize, tags: usize, sizes| {
        PredictedMaps::new(&values[..heatmaps], &values[..tags], sizes).unwrap_err().to_string()
    };
    let none = "joints x height x width is 3x0x2; accepted: at least 1 each";
    assert_eq!(message(0, 0, [3, 0, 2]), none);
    assert!(message(3, 4, [1, 2, 2]).starts_with("heatmaps is 3 values for 1x2x2"));
    assert!(message(4, 12, [1, 2, 2]).starts_with("tags is 12 values for 1x2x2"));
    let maps = PredictedMaps::new(&values[..4], &values[..4], [1, 2, 2]).unwrap();
    let message = Grouping::coco().group(&maps).unwrap_err().to_string();
    assert!(message.starts_with("joint_order is [0, 1, 2"), "{message}");
}
