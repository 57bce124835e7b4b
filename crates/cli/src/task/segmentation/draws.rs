//! Training crops under their classes.

use anyhow::Result;
use scalenas_base::Size;
use scalenas_data::Image8;
use scalenas_data::segmentation::SegmentationBatch;
use scalenas_report::{Palette, Sample, overlay};
use scalenas_train::segmentation::Training;

use crate::render::pictures::{OPACITY, QUALITY};
use crate::task::draws::draws;

/// Contact sheet of at most `count` training crops.
pub fn training_samples(training: &Training, count: usize) -> Result<Vec<Sample>> {
    let dataset = &training.dataset;
    let palette = Palette::new(dataset.facts().colours()).expect("facts have classes");
    let sample = |(index, batch): (usize, SegmentationBatch)| {
        let Size { height, width } = batch.size;
        let crop = Image8 { width, height, pixels: batch.images };
        let drawn = overlay(&crop, &batch.labels, &palette, OPACITY)?;
        let caption = dataset.name(index).to_owned();
        Ok(Sample { caption, image: drawn.to_jpeg(QUALITY) })
    };
    draws(&**dataset, count)?.into_iter().map(sample).collect()
}
