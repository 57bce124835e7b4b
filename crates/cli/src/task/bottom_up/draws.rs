//! Training crops of whole pictures with everybody's joints.

use anyhow::Result;
use scalenas_data::Image8;
use scalenas_data::bottom_up::{BottomUpBatch, STRIDES};
use scalenas_report::{Person, PoseStyle, Sample, Skeleton, draw_poses};
use scalenas_train::bottom_up::Training;

use crate::render::pictures::QUALITY;
use crate::task::draws::draws;

/// Contact sheet of at most `count` training crops.
pub fn training_samples(training: &Training, count: usize) -> Result<Vec<Sample>> {
    let Training(dataset) = training;
    let scenes = dataset.scenes();
    let skeleton = Skeleton::from(scenes.facts());
    let sample = |(index, batch): (usize, BottomUpBatch)| {
        let people = people(&batch);
        let caption = format!("{}: {} with joints", scenes.scene(index).0.file_name, people.len());
        let (width, height) = (batch.side, batch.side);
        let crop = Image8 { width, height, pixels: batch.images };
        let drawn = draw_poses(&crop, &people, &skeleton, &PoseStyle::default())?;
        Ok(Sample { caption, image: drawn.to_jpeg(QUALITY) })
    };
    draws(&**dataset, count)?.into_iter().map(sample).collect()
}

/// Everybody whose tags are learnt in the one picture of a batch.
fn people(batch: &BottomUpBatch) -> Vec<Person> {
    let (stride, side) = (STRIDES[0], batch.side / STRIDES[0]);
    let person = |positions: &Vec<usize>| {
        let mut joints = vec![[0.0; 3]; batch.joints];
        for position in positions {
            let (joint, cell) = (position / (side * side), position % (side * side));
            let [x, y] = [cell % side, cell / side].map(|cell| (cell * stride) as f64);
            joints[joint] = [x, y, 1.0];
        }
        Person { joints, bbox: None }
    };
    batch.tags.iter().flatten().map(person).collect()
}
