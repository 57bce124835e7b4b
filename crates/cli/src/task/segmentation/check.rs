//! Checks of labelled pictures, and samples of them drawn.

use anyhow::Result;
use scalenas_base::{Image8, PictureOptions};
use scalenas_data::SegmentationFacts;
use scalenas_data::check::{ClassCounts, check_classes, count_classes};
use scalenas_data::segmentation::{LabelMap, LabelledPicture};
use scalenas_report::{Palette, Sample, overlay};

use super::pictures::part;
use crate::data::facts::segmentation_facts;
use crate::render::pictures::{OPACITY, QUALITY};
use crate::task::checked::{CheckRequest, CheckedPart, spread};

/// Checks a part of the data of the task.
pub fn check(request: &CheckRequest<'_>) -> Result<CheckedPart> {
    let facts = segmentation_facts(&request.source.facts)?;
    let list = part(request.source, request.part, &facts)?;
    let (counts, broken) = count_classes(&list, &facts);
    let pictures = list.iter().map(|picture| (picture.image.clone(), size(picture)));
    Ok(CheckedPart {
        part: request.part,
        rows: rows(&counts, &facts, list.len()),
        findings: check_classes(&counts, broken, &facts, list.len()),
        pictures: pictures.collect(),
        samples: samples(&list, &facts, request.options, request.samples),
    })
}

/// Size of the labels of a picture, which must be its own.
fn size(picture: &LabelledPicture) -> Option<scalenas_base::Size> {
    Image8::read_size(picture.labels.as_ref()?, PictureOptions::default()).ok()
}

fn rows(counts: &ClassCounts, facts: &SegmentationFacts, pictures: usize) -> Vec<(String, String)> {
    let all = (counts.pixels.iter().sum::<u64>() + counts.ignored).max(1);
    let mut rows = vec![
        ("pictures".to_owned(), pictures.to_string()),
        (
            "unlabelled pixels".to_owned(),
            format!("{:.2} %", 100.0 * counts.ignored as f64 / all as f64),
        ),
    ];
    let classes = facts.classes.iter().enumerate();
    rows.extend(classes.map(|(place, class)| {
        (format!("{} of the labelled", class.name), format!("{:.2} %", 100.0 * counts.share(place)))
    }));
    rows
}

fn samples(
    list: &[LabelledPicture],
    facts: &SegmentationFacts,
    options: PictureOptions,
    count: usize,
) -> Vec<Sample> {
    let palette = Palette::new(facts.colours()).expect("facts have classes");
    let labelling = facts.labelling();
    let sample = |place: usize| {
        let picture = &list[place];
        // Broken pictures are findings of their own.
        let image = Image8::read_with(&picture.image, options).ok()?;
        let labels = LabelMap::read(picture.labels.as_ref()?, &labelling).ok()?;
        if labels.size() != image.size() {
            return None;
        }
        let drawn = overlay(&image, &labels.classes, &palette, OPACITY).ok()?;
        Some(Sample { caption: picture.name.clone(), image: drawn.to_jpeg(QUALITY) })
    };
    spread(list.len(), count).filter_map(sample).collect()
}
