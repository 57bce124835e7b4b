//! Checks of pictures in folders of classes, and samples of them.

use anyhow::Result;
use scalenas_base::{Image8, PictureOptions};
use scalenas_data::check::{check_picture_classes, pictures_per_class};
use scalenas_data::classification::{ClassedPicture, ClassificationFacts};
use scalenas_report::Sample;

use super::pictures::part;
use crate::data::facts::classification_facts;
use crate::render::pictures::QUALITY;
use crate::task::checked::{CheckRequest, CheckedPart, spread};

/// Checks a part of the data of the task.
pub fn check(request: &CheckRequest<'_>) -> Result<CheckedPart> {
    let facts = classification_facts(&request.source.facts)?;
    let list = part(request.source, request.part, &facts)?;
    let counts = pictures_per_class(&list, &facts);
    let mut rows = vec![("pictures".to_owned(), list.len().to_string())];
    let classes = facts.classes.iter().zip(&counts);
    rows.extend(classes.map(|(class, count)| (class.name.clone(), count.to_string())));
    Ok(CheckedPart {
        part: request.part,
        rows,
        findings: check_picture_classes(&counts, &facts),
        pictures: list.iter().map(|picture| (picture.path.clone(), None)).collect(),
        samples: samples(&list, &facts, request.options, request.samples),
    })
}

fn samples(
    list: &[ClassedPicture],
    facts: &ClassificationFacts,
    options: PictureOptions,
    count: usize,
) -> Vec<Sample> {
    let sample = |place: usize| {
        let picture = &list[place];
        // Broken pictures are findings of their own.
        let image = Image8::read_with(&picture.path, options).ok()?;
        let caption = format!("{}: {}", facts.classes[picture.class].name, picture.name);
        Some(Sample { caption, image: image.to_jpeg(QUALITY) })
    };
    spread(list.len(), count).filter_map(sample).collect()
}
