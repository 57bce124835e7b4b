//! Predictions drawn on their pictures.

use std::collections::BTreeMap;

use anyhow::Result;
use scalenas_data::bottom_up::Scenes;
use scalenas_data::segmentation::WholePicture;
use scalenas_data::{Image8, TopDownDataset, WholePictures};
use scalenas_eval::semantic::Confusion;
use scalenas_eval::{PoseCandidate, Sigmas, oks};
use scalenas_report::{Palette, Person, PoseStyle, Sample, Skeleton, draw_poses, overlay};
use scalenas_train::bottom_up::FoundPeople;

/// JPEG quality of drawn pictures.
pub const QUALITY: u8 = 88;
/// Opacity of the class colours in overlays.
pub const OPACITY: f64 = 0.55;

/// Positions of the people of each picture.
fn by_picture(dataset: &TopDownDataset) -> BTreeMap<usize, Vec<usize>> {
    let mut pictures: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (index, person) in dataset.people().iter().enumerate() {
        pictures.entry(person.image).or_default().push(index);
    }
    pictures
}

/// All pictures with their predictions, with their file names.
pub fn draw_all(
    dataset: &TopDownDataset,
    found: &[PoseCandidate],
) -> Result<Vec<(String, Image8)>> {
    by_picture(dataset).values().map(|people| draw(dataset, found, people)).collect()
}

/// Samples of a report: the first `count` pictures, with the mean OKS of their people.
pub fn samples(
    dataset: &TopDownDataset,
    found: &[PoseCandidate],
    sigmas: &Sigmas,
    count: usize,
) -> Result<Vec<Sample>> {
    let pictures = by_picture(dataset);
    let samples = pictures.values().take(count).map(|people| {
        let (name, picture) = draw(dataset, found, people)?;
        let similarity = people.iter().map(|&index| similarity(dataset, found, index, sigmas));
        let mean = similarity.sum::<f64>() / people.len() as f64;
        let noun = if people.len() == 1 { "person" } else { "people" };
        let caption = format!("{name}: {} {noun}, mean OKS {mean:.2}", people.len());
        Ok(Sample { caption, image: picture.to_jpeg(QUALITY) })
    });
    samples.collect()
}

fn similarity(
    dataset: &TopDownDataset,
    found: &[PoseCandidate],
    index: usize,
    sigmas: &Sigmas,
) -> f64 {
    let person = &dataset.people()[index];
    let [_, _, width, height] = person.bbox;
    oks(&found[index].keypoints, &person.joints, width * height, person.bbox, sigmas)
}

fn draw(
    dataset: &TopDownDataset,
    found: &[PoseCandidate],
    people: &[usize],
) -> Result<(String, Image8)> {
    let path = dataset.picture(&dataset.people()[people[0]]);
    let picture = Image8::read(&path)?;
    let persons: Vec<Person> = people
        .iter()
        .filter_map(|&index| found.get(index))
        .map(|candidate| Person { joints: candidate.keypoints.clone(), bbox: Some(candidate.bbox) })
        .collect();
    let skeleton = Skeleton::from(dataset.facts());
    let drawn = draw_poses(&picture, &persons, &skeleton, &PoseStyle::default())?;
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    Ok((name, drawn))
}

/// Samples of a report: segmented pictures, with the mean IoU of the classes in each.
pub fn overlays(
    pictures: &WholePictures,
    segmented: &[(WholePicture, Vec<u8>)],
) -> Result<Vec<Sample>> {
    let facts = pictures.facts();
    let palette = Palette::new(facts.colours()).expect("facts have classes");
    let samples = segmented.iter().map(|(picture, classes)| {
        let drawn = overlay(&picture.image, classes, &palette, OPACITY)?;
        let mut confusion = Confusion::new(facts.classes.len());
        if let Some(labels) = &picture.labels {
            confusion.add(&labels.classes, classes)?;
        }
        let mean = confusion.stats().present_mean_iou();
        let name = &pictures.list()[picture.index].name;
        let caption = format!("{name}: mean IoU of its classes {mean:.2}");
        Ok(Sample { caption, image: drawn.to_jpeg(QUALITY) })
    });
    samples.collect()
}

/// Picture with all people found in it, with its file name.
pub fn draw_scene(scenes: &Scenes, found: &FoundPeople) -> Result<(String, Image8)> {
    let path = scenes.path(found.index);
    let picture = Image8::read(&path)?;
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
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    Ok((name, drawn))
}

/// Samples of a report: the first `count` pictures, with the numbers of people found and annotated.
pub fn scene_samples(scenes: &Scenes, found: &[FoundPeople], count: usize) -> Result<Vec<Sample>> {
    let samples = found.iter().take(count).map(|found| {
        let (name, drawn) = draw_scene(scenes, found)?;
        let annotations = &scenes.scene(found.index).1;
        let annotated =
            annotations.iter().filter(|person| !person.iscrowd && person.num_keypoints > 0).count();
        let caption = format!("{name}: {} people found, {annotated} annotated", found.people.len());
        Ok(Sample { caption, image: drawn.to_jpeg(QUALITY) })
    });
    samples.collect()
}
