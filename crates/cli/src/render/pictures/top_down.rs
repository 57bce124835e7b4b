//! Skeletons of the people whose crops were predicted.

use std::collections::BTreeMap;

use anyhow::Result;
use scalenas_data::{Image8, TopDownDataset};
use scalenas_eval::{PoseCandidate, Sigmas, oks};
use scalenas_report::{Person, PoseStyle, Sample, Skeleton, draw_poses};

use super::style::QUALITY;

/// All pictures with their predictions, with their names in the data set.
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

/// Positions of the people of each picture.
fn by_picture(dataset: &TopDownDataset) -> BTreeMap<usize, Vec<usize>> {
    let mut pictures: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (index, person) in dataset.people().iter().enumerate() {
        pictures.entry(person.image).or_default().push(index);
    }
    pictures
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
    let first = &dataset.people()[people[0]];
    let picture = dataset.read(first)?;
    let persons: Vec<Person> = people
        .iter()
        .filter_map(|&index| found.get(index))
        .map(|candidate| Person { joints: candidate.keypoints.clone(), bbox: Some(candidate.bbox) })
        .collect();
    let skeleton = Skeleton::from(dataset.facts());
    let drawn = draw_poses(&picture, &persons, &skeleton, &PoseStyle::default())?;
    Ok((dataset.file_name(first).to_owned(), drawn))
}
