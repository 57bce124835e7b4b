//! Scores of the classes of pictures.

use std::sync::Arc;

use scalenas_data::classification::ClassificationBatch;
use scalenas_data::{BatchLoader, ClassificationDataset, LoaderConfig};
use scalenas_kernels::KernelBackend;

use crate::error::Result;
use crate::run::progress::Progress;
use crate::score::flip::{COLUMNS, FlipTest};
use crate::score::network::{Network, values};
use crate::score::pictures::normalised;

/// Options of the classification of pictures.
#[derive(Debug, Clone, Copy)]
pub struct ClassifyOptions {
    /// Pictures per batch.
    pub batch: usize,
    /// Threads that read pictures.
    pub workers: usize,
    /// Whether the mirrored picture is predicted as well.
    pub flip: FlipTest,
}

/// Predicts every picture of a data set and hands each to `seen`: its position and the scores of the classes.
pub fn classify_all<B: KernelBackend>(
    net: &impl Network<B>,
    dataset: &Arc<ClassificationDataset>,
    options: &ClassifyOptions,
    progress: &dyn Progress,
    device: &B::Device,
    mut seen: impl FnMut(usize, &[f32]) -> Result<()>,
) -> Result<()> {
    let config = LoaderConfig::evaluation(options.batch, options.workers);
    let loader = BatchLoader::new(Arc::clone(dataset), config)?;
    let mut done = 0;
    for batch in loader {
        let batch = batch?;
        let scores = scores(net, &batch, options.flip, device)?;
        let classes = scores.len() / batch.indices.len().max(1);
        for (&index, scores) in batch.indices.iter().zip(scores.chunks_exact(classes.max(1))) {
            seen(index, scores)?;
        }
        done += batch.indices.len();
        progress.evaluated(done, dataset.list().len());
    }
    Ok(())
}

/// Scores of a batch, `[batch, classes]`.
fn scores<B: KernelBackend>(
    net: &impl Network<B>,
    batch: &ClassificationBatch,
    flip: FlipTest,
    device: &B::Device,
) -> Result<Vec<f32>> {
    let images = normalised::<B>(&batch.images, batch.size, device);
    let mirrored = (flip == FlipTest::On).then(|| net.predict(images.clone().flip([COLUMNS])));
    let scores = net.predict(images);
    values(match mirrored {
        Some(mirrored) => (scores + mirrored) * 0.5,
        None => scores,
    })
}
