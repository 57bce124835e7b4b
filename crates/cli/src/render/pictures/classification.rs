//! Pictures with their predicted classes.

use anyhow::Result;
use scalenas_data::ClassificationDataset;
use scalenas_eval::classification::{order, probabilities};
use scalenas_report::Sample;

use super::style::QUALITY;

/// Samples of a report: pictures whose caption names the likeliest class, and the true one where it is
/// another.
pub fn samples(
    dataset: &ClassificationDataset,
    found: &[(usize, Vec<f32>)],
) -> Result<Vec<Sample>> {
    let names: Vec<&str> = dataset.facts().classes.iter().map(|class| &*class.name).collect();
    let samples = found.iter().map(|(index, scores)| {
        let best = order(scores).next().expect("a network has classes");
        let (share, truth) = (probabilities(scores)[best], dataset.list()[*index].class);
        let truth = (best != truth).then(|| format!(", but it is {}", names[truth]));
        let caption = format!("{} {share:.2}{}", names[best], truth.unwrap_or_default());
        Ok(Sample { caption, image: dataset.read(*index)?.to_jpeg(QUALITY) })
    });
    samples.collect()
}
