//! Annotation files, with warnings about what is left out of them.

use std::path::Path;

use anyhow::Result;
use scalenas_base::{Image8, PictureOptions};
use scalenas_coco::{CocoKeypoints, Note};
use scalenas_data::KeypointFacts;

use super::layout::{Share, Split};
use crate::render::warn;

/// Square pictures whose tags are read beforehand.
const MOST_LOOKED_AT: usize = 1000;

/// Reads annotations; sizes that the file lacks are those of the pictures, if their folder is known.
pub fn read_annotations(
    file: &Path,
    facts: &KeypointFacts,
    pictures: Option<&Path>,
    options: PictureOptions,
) -> Result<CocoKeypoints> {
    let size_of = |name: &str| Image8::read_size(pictures?.join(name), options).ok();
    let coco = CocoKeypoints::read_with(file, facts, &size_of)?;
    warn_of(file, &coco.notes);
    if let (Some(folder), false) = (pictures, options.apply_exif) {
        warn_of_turned(&coco, folder);
    }
    Ok(coco)
}

/// Reads the annotations of a part of a data set.
pub fn read_part(
    files: &Split,
    facts: &KeypointFacts,
    options: PictureOptions,
) -> Result<CocoKeypoints> {
    let mut coco = read_annotations(&files.annotations, facts, Some(&files.images), options)?;
    if files.share != Share::All {
        let names: Vec<&str> = coco.images.iter().map(|image| &*image.file_name).collect();
        let chosen = files.share.chosen(&files.annotations, &names)?;
        coco.retain_images(&chosen);
    }
    Ok(coco)
}

/// Warns of square pictures that viewers turn by their EXIF tag, for their size does not tell whether they
/// were annotated as stored. Others are found by their size when they are read.
fn warn_of_turned(coco: &CocoKeypoints, folder: &Path) {
    let square = coco.images.iter().filter(|image| image.size.height == image.size.width);
    let paths = square.take(MOST_LOOKED_AT).map(|image| folder.join(&image.file_name));
    let mut turned = paths.filter(|path| Image8::has_orientation(path));
    if let Some(first) = turned.next() {
        warn(format!(
            "{}: its EXIF orientation tag turns it in viewers, but not here, so that it must be annotated as \
             it is stored, or --apply-exif be given ({} such square pictures)",
            first.display(),
            1 + turned.count()
        ));
    }
}

/// Prints observations about an annotation file.
pub fn warn_of(file: &Path, notes: &[Note]) {
    for note in notes {
        warn(format!("{}: {note}", file.display()));
    }
}
