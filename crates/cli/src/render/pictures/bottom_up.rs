//! Skeletons of all people found in a whole picture.

use anyhow::Result;
use scalenas_data::Image8;
use scalenas_data::bottom_up::Scenes;
use scalenas_report::{Person, PoseStyle, Sample, Skeleton, draw_poses};
use scalenas_train::bottom_up::FoundPeople;

use super::style::QUALITY;

/// Picture with all people found in it, with its name in the data set.
pub fn draw(scenes: &Scenes, found: &FoundPeople) -> Result<(String, Image8)> {
    let picture = scenes.read(found.index)?;
    let people: Vec<Person> = found
        .people
        .iter()
        .map(|person| Person {
            joints: person.joints.iter().map(|joint| joint.map(f64::from)).collect(),
            bbox: None,
        })
        .collect();
    let skeleton = Skeleton::from(scenes.facts());
    let drawn = draw_poses(&picture, &people, &skeleton, &PoseStyle::default())?;
    Ok((scenes.scene(found.index).0.file_name.clone(), drawn))
}

/// Samples of a report: the first `count` pictures, with the numbers of people found and annotated.
pub fn samples(scenes: &Scenes, found: &[FoundPeople], count: usize) -> Result<Vec<Sample>> {
    let samples = found.iter().take(count).map(|found| {
        let (name, drawn) = draw(scenes, found)?;
        let annotations = &scenes.scene(found.index).1;
        let annotated =
            annotations.iter().filter(|person| !person.iscrowd && person.num_keypoints > 0).count();
        let caption = format!("{name}: {} people found, {annotated} annotated", found.people.len());
        Ok(Sample { caption, image: drawn.to_jpeg(QUALITY) })
    });
    samples.collect()
}
