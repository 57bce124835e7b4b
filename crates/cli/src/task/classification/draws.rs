//! Training views with their classes.

use anyhow::Result;
use scalenas_base::Size;
use scalenas_data::Image8;
use scalenas_data::classification::ClassificationBatch;
use scalenas_report::Sample;
use scalenas_train::classification::Training;

use crate::render::pictures::QUALITY;
use crate::task::draws::draws;

/// Contact sheet of at most `count` training views.
pub fn training_samples(training: &Training, count: usize) -> Result<Vec<Sample>> {
    let dataset = &training.dataset;
    let sample = |(index, batch): (usize, ClassificationBatch)| {
        let picture = &dataset.list()[index];
        let caption = format!("{}: {}", dataset.facts().classes[picture.class].name, picture.name);
        let Size { height, width } = batch.size;
        let view = Image8 { width, height, pixels: batch.images };
        Sample { caption, image: view.to_jpeg(QUALITY) }
    };
    Ok(draws(&**dataset, count)?.into_iter().map(sample).collect())
}
