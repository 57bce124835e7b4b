//! Classes laid over their pictures.

use anyhow::Result;
use scalenas_data::WholePictures;
use scalenas_data::segmentation::WholePicture;
use scalenas_eval::semantic::Confusion;
use scalenas_report::{Palette, Sample, overlay};

use super::style::{OPACITY, QUALITY};

/// Samples of a report: segmented pictures, with the mean IoU of the classes in each.
pub fn samples(
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
