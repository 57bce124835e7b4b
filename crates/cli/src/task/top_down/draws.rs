//! Training crops with the joints of their heatmaps.

use anyhow::Result;
use scalenas_base::Size;
use scalenas_data::top_down::STRIDE;
use scalenas_data::{Image8, TopDownBatch};
use scalenas_report::{Person, PoseStyle, Sample, Skeleton, draw_poses};
use scalenas_train::top_down::Training;

use crate::render::pictures::QUALITY;
use crate::task::draws::draws;

/// Contact sheet of at most `count` training crops.
pub fn training_samples(training: &Training, count: usize) -> Result<Vec<Sample>> {
    let Training(dataset) = training;
    let skeleton = Skeleton::from(dataset.facts());
    let sample = |(index, batch): (usize, TopDownBatch)| {
        let person = Person { joints: joints(&batch), bbox: None };
        let Size { height, width } = batch.size;
        let crop = Image8 { width, height, pixels: batch.images };
        let drawn = draw_poses(&crop, &[person], &skeleton, &PoseStyle::default())?;
        let caption = dataset.file_name(&dataset.people()[index]).to_owned();
        Ok(Sample { caption, image: drawn.to_jpeg(QUALITY) })
    };
    draws(&**dataset, count)?.into_iter().map(sample).collect()
}

/// `[x, y, weight]` of the peak of each heatmap of one person, in pixels of the crop.
fn joints(batch: &TopDownBatch) -> Vec<[f64; 3]> {
    let (width, stride) = (batch.heatmap.width, STRIDE as f64);
    let maps = batch.heatmaps.chunks_exact(batch.heatmap.pixels()).zip(&batch.weights);
    maps.map(|(map, &weight)| {
        let peak = (0..map.len()).max_by(|&a, &b| map[a].total_cmp(&map[b])).unwrap_or(0);
        let [x, y] = [peak % width, peak / width].map(|cell| cell as f64 * stride);
        [x, y, f64::from(weight)]
    })
    .collect()
}
