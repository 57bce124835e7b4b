//! Pictures, joints and ignored regions are varied together: what is painted where a joint is stays
//! under the joint's heatmap, and what is painted over a crowd stays under the mask.

#![allow(clippy::unwrap_used, reason = "a panic is a failed test")]

use std::fs;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use proptest::prelude::*;
use scalenas_base::Size;
use scalenas_coco::CocoKeypoints;
use scalenas_data::bottom_up::{
    BottomUpAugment, BottomUpBatch, BottomUpDataset, SceneFilter, Scenes,
};
use scalenas_data::{Appearance, BadImages, BatchSource, Image8, KeypointFacts};

const SIDE: usize = 128;
const STRIDE: usize = 2;
/// Joints are square spots that reach so many pixels of the picture to each side.
const RADIUS: i64 = 9;
const LEFT_ANKLE: usize = 15;
const RIGHT_ANKLE: usize = 16;
const RED: [u8; 3] = [250, 0, 0];
const BLUE: [u8; 3] = [0, 0, 250];
const GREEN: [u8; 3] = [0, 250, 0];
const GREY: [u8; 3] = [90, 90, 90];

/// A grey picture with a red left ankle, a blue right one, and a green crowd in a corner.
struct Painted {
    size: Size,
    left: [usize; 2],
    right: [usize; 2],
    crowd: [usize; 2],
}

impl Painted {
    fn picture(&self) -> Image8 {
        let Size { height, width } = self.size;
        let mut picture = Image8::black(self.size);
        for (index, pixel) in picture.pixels.as_chunks_mut::<3>().0.iter_mut().enumerate() {
            let [x, y] = [index % width, index / width];
            let near = |[a, b]: [usize; 2]| {
                (x as i64 - a as i64).abs() <= RADIUS && (y as i64 - b as i64).abs() <= RADIUS
            };
            let in_crowd = x >= width - self.crowd[0] && y >= height - self.crowd[1];
            *pixel = if near(self.left) {
                RED
            } else if near(self.right) {
                BLUE
            } else if in_crowd {
                GREEN
            } else {
                GREY
            };
        }
        picture
    }

    fn annotations(&self) -> String {
        let Size { height, width } = self.size;
        let mut joints = vec![0; 3 * 17];
        joints[3 * LEFT_ANKLE..][..3].copy_from_slice(&[self.left[0], self.left[1], 2]);
        joints[3 * RIGHT_ANKLE..][..3].copy_from_slice(&[self.right[0], self.right[1], 2]);
        let [w, h] = self.crowd;
        let (x, y) = (width - w, height - h);
        let outline = [x, y, width, y, width, height, x, height];
        format!(
            r#"{{"images": [{{"id": 1, "file_name": "1.png", "width": {width}, "height": {height}}}],
            "categories": [{{"id": 1, "name": "person"}}],
            "annotations": [
                {{"id": 1, "image_id": 1, "category_id": 1, "bbox": [0, 0, {width}, {height}],
                  "area": 4000, "iscrowd": 0, "num_keypoints": 2, "keypoints": {joints:?}}},
                {{"id": 2, "image_id": 1, "category_id": 1, "bbox": [{x}, {y}, {w}, {h}],
                  "area": 4000, "iscrowd": 0, "num_keypoints": 0, "keypoints": {none:?},
                  "segmentation": [{outline:?}]}}]}}"#,
            none = vec![0; 3 * 17],
        )
    }

    fn crop(&self, augment: BottomUpAugment, seed: u64) -> BottomUpBatch {
        self.varied(augment, Appearance::default(), seed)
    }

    fn varied(&self, augment: BottomUpAugment, appearance: Appearance, seed: u64) -> BottomUpBatch {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("1.png"), self.picture().to_png()).unwrap();
        let file = folder.path().join("people.json");
        fs::write(&file, self.annotations()).unwrap();
        let facts = KeypointFacts::coco();
        let coco = CocoKeypoints::read(&file, &facts).unwrap();
        let (with, bad) = (SceneFilter::Annotated, BadImages::Fail);
        let scenes = Scenes::new(folder.path(), &coco, &facts, with, bad).unwrap();
        let dataset = BottomUpDataset::new(Arc::new(scenes), SIDE, augment, seed).unwrap();
        let dataset = dataset.with_appearance(appearance).unwrap();
        dataset.make(0, &[0], &AtomicBool::new(false)).unwrap().unwrap()
    }
}

/// The colour of the crop under a pixel of the finer map.
fn color(batch: &BottomUpBatch, pixel: usize) -> [u8; 3] {
    let width = SIDE / STRIDE;
    let (x, y) = (pixel % width * STRIDE + 1, pixel / width * STRIDE + 1);
    batch.images[(y * SIDE + x) * 3..][..3].try_into().unwrap()
}

/// The channel that clearly dominates, if one does.
fn dominant(color: [u8; 3]) -> Option<usize> {
    let most = (0..3).max_by_key(|&channel| color[channel]).unwrap();
    let rest = (0..3).filter(|&channel| channel != most).map(|channel| color[channel]);
    (color[most] > 160 && rest.max().unwrap() < 60).then_some(most)
}

/// Position at which the heatmap of a joint is 1.
fn peak(batch: &BottomUpBatch, joint: usize) -> Option<usize> {
    let maps = &batch.targets[0][1];
    let pixels = maps.mask.len();
    maps.heatmaps[joint * pixels..][..pixels].iter().position(|&value| value >= 1.0)
}

#[test]
fn appearance_varies_pictures_and_not_targets() {
    let painted =
        Painted { size: Size::new(150, 150), left: [40, 60], right: [110, 60], crowd: [50, 50] };
    let augment = BottomUpAugment::default();
    let appearance = Appearance { saturation: 1.0, ..Appearance::default() };
    let (before, after) = (painted.crop(augment, 3), painted.varied(augment, appearance, 3));
    assert!(before.targets == after.targets && before.tags == after.tags);
    assert!(before.images != after.images);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn joints_and_masks_stay_on_what_they_mark(
        width in 100usize..260,
        height in 100usize..260,
        left in [0.2f64..0.45, 0.2f64..0.8],
        right in [0.55f64..0.8, 0.2f64..0.5],
        crowd in [0.2f64..0.5, 0.2f64..0.4],
        mirrored in any::<bool>(),
        seed in any::<u64>(),
    ) {
        let at = |[x, y]: [f64; 2]| [(x * width as f64) as usize, (y * height as f64) as usize];
        let painted =
            Painted { size: Size::new(height, width), left: at(left), right: at(right), crowd: at(crowd) };
        let flip_probability = f64::from(u8::from(mirrored));
        let batch = painted.crop(BottomUpAugment { flip_probability, ..BottomUpAugment::default() }, seed);
        // In a mirrored picture the left ankle looks like a right one.
        let colors = if mirrored { [2, 0] } else { [0, 2] };
        for (joint, color_of) in [LEFT_ANKLE, RIGHT_ANKLE].into_iter().zip(colors) {
            if let Some(pixel) = peak(&batch, joint) {
                prop_assert_eq!(dominant(color(&batch, pixel)), Some(color_of), "joint {}", joint);
            }
        }
        // Borders of the region may fall on either side of a pixel.
        let mask = &batch.targets[0][1].mask;
        let green = |pixel: usize| dominant(color(&batch, pixel)) == Some(1);
        let shown = (0..mask.len()).filter(|&pixel| green(pixel)).count();
        let both = (0..mask.len()).filter(|&pixel| green(pixel) && mask[pixel] < 0.5).count();
        let masked = mask.iter().filter(|&&counts| counts < 0.5).count();
        let border = 6 * SIDE / STRIDE;
        prop_assert!(shown - both <= border, "{} of {} green pixels count", shown - both, shown);
        // A joint's spot may cover some of the crowd.
        let spots = (masked.saturating_sub(both)) as f64;
        prop_assert!(spots <= border as f64 + 400.0, "{} masked, {} of them green", masked, both);
    }
}
