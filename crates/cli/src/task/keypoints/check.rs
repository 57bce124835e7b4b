//! Checks of annotated people, and samples of them drawn.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::Result;
use scalenas_base::{Image8, PictureOptions, Size};
use scalenas_coco::{Annotation, CocoKeypoints};
use scalenas_data::check::{check_annotations, joint_counts};
use scalenas_data::{BoxCrop, KeypointFacts};
use scalenas_report::{Person, PoseStyle, Sample, Skeleton, draw_poses};

use crate::data::facts::facts_of;
use crate::data::{part, read_part, read_people};
use crate::render::pictures::QUALITY;
use crate::task::checked::{CheckRequest, CheckedPart, spread};

/// Checks a part of the data of a task; `input` is the height and width of a top-down network's input.
pub fn check(request: &CheckRequest<'_>, input: Option<Size>) -> Result<CheckedPart> {
    let (facts, files) = (facts_of(request.source)?, part(request.source, request.part)?);
    let options = request.options;
    let coco = match input {
        Some(_) => read_people(&files, &facts, options)?,
        None => read_part(&files, &facts, options)?,
    };
    let form = input.map(|input| BoxCrop { input, padding: files.box_padding });
    let pictures = coco.images.iter();
    let pictures = pictures.map(|image| (files.images.join(&image.file_name), Some(image.size)));
    Ok(CheckedPart {
        part: request.part,
        rows: rows(&coco, &facts),
        findings: check_annotations(&coco, &facts, form),
        pictures: pictures.collect(),
        samples: samples(&coco, &facts, &files.images, (options, request.samples)),
    })
}

fn rows(coco: &CocoKeypoints, facts: &KeypointFacts) -> Vec<(String, String)> {
    let crowds = coco.annotations.iter().filter(|person| person.iscrowd).count();
    let counts = joint_counts(coco, facts.joints.len());
    let mut heights: Vec<f64> = coco.usable().map(|(_, person, _)| person.bbox[3]).collect();
    heights.sort_by(f64::total_cmp);
    let percentile = |share: f64| {
        let last = heights.len().saturating_sub(1);
        heights.get((share * last as f64).round() as usize).copied().unwrap_or(0.0)
    };
    let mut rows = vec![
        ("pictures".to_owned(), coco.images.len().to_string()),
        ("people with joints".to_owned(), counts.people.to_string()),
        ("crowds".to_owned(), crowds.to_string()),
        (
            "height of boxes, 5 %, median, 95 %".to_owned(),
            [0.05, 0.5, 0.95].map(|share| format!("{:.0}", percentile(share))).join(", "),
        ),
    ];
    if let Some([across, down]) = extent(coco) {
        let name = "joints span of their box, median".to_owned();
        rows.push((name, format!("{across:.0} % across, {down:.0} % down")));
    }
    rows.extend(facts.joints.iter().zip(counts.labelled).map(|(name, count)| {
        let share = 100.0 * count as f64 / counts.people.max(1) as f64;
        (format!("{name} labelled"), format!("{count} ({share:.0} %)"))
    }));
    rows
}

/// Extent of the joints across and down in per cent of the sides of their box, medians over people with at least half
/// of their joints labelled; `None` where nobody has.
fn extent(coco: &CocoKeypoints) -> Option<[f64; 2]> {
    let spans = |axis: usize| -> Option<f64> {
        let span = |(_, person, _): (usize, &Annotation, [f64; 4])| {
            let labelled = person.keypoints.iter().filter(|joint| joint[2] > 0.0);
            let mut values: Vec<f64> = labelled.map(|joint| joint[axis]).collect();
            values.sort_by(f64::total_cmp);
            let is_seen = 2 * values.len() >= person.keypoints.len();
            let (least, most) = (values.first()?, values.last()?);
            is_seen.then_some(100.0 * (most - least) / person.bbox[2 + axis])
        };
        let mut spans: Vec<f64> = coco.usable().filter_map(span).collect();
        spans.sort_by(f64::total_cmp);
        spans.get(spans.len() / 2).copied()
    };
    Some([spans(0)?, spans(1)?])
}

fn samples(
    coco: &CocoKeypoints,
    facts: &KeypointFacts,
    folder: &Path,
    (options, count): (PictureOptions, usize),
) -> Vec<Sample> {
    let mut people: BTreeMap<usize, Vec<&Annotation>> = BTreeMap::new();
    for (image, person, _) in coco.usable() {
        people.entry(image).or_default().push(person);
    }
    let people: Vec<_> = people.into_iter().collect();
    let skeleton = Skeleton::from(facts);
    let sample = |place: usize| {
        let (image, people) = &people[place];
        let image = &coco.images[*image];
        // Broken pictures are findings of their own.
        let picture = Image8::read_with(folder.join(&image.file_name), options).ok()?;
        let drawn = people
            .iter()
            .map(|person| Person { joints: person.keypoints.clone(), bbox: Some(person.bbox) });
        let drawn: Vec<Person> = drawn.collect();
        let drawn = draw_poses(&picture, &drawn, &skeleton, &PoseStyle::default()).ok()?;
        Some(Sample { caption: image.file_name.clone(), image: drawn.to_jpeg(QUALITY) })
    };
    spread(people.len(), count).filter_map(sample).collect()
}
