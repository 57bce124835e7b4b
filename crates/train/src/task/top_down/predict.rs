//! Prediction top-down: from boxes over crops and heatmaps to joints and COCO results.
//!
//! Source: HRNet reference.

use std::sync::Arc;

use scalenas_data::pictures::PIXELS_PER_SCALE;
use scalenas_data::{BatchLoader, Decoded, LoaderConfig, PersonBox, TopDownBatch, TopDownDataset};
use scalenas_eval::{CocoResult, PoseCandidate, ResultRules, Sigmas, finish};
use scalenas_kernels::KernelBackend;
use scalenas_kernels::repeated;

use crate::error::Result;
use crate::run::progress::Progress;
use crate::score::flip::{COLUMNS, FlipTest};
use crate::score::network::{Network, values};
use crate::score::pictures::normalised;

/// Options of top-down prediction.
#[derive(Debug, Clone)]
pub struct EvaluateOptions {
    /// Crops per batch.
    pub batch: usize,
    /// Threads that read pictures.
    pub workers: usize,
    /// Whether the mirrored crop is predicted as well.
    pub flip: FlipTest,
    /// Factors by which people are larger in further crops, whose heatmaps are averaged in.
    pub further_scales: Vec<f64>,
    /// Rescoring and suppression.
    pub rules: ResultRules,
}

impl Default for EvaluateOptions {
    fn default() -> Self {
        let (flip, rules) = (FlipTest::On, ResultRules::default());
        Self { batch: 32, workers: 2, flip, further_scales: Vec::new(), rules }
    }
}

/// Predictions of a data set.
#[derive(Debug, Clone)]
pub struct Evaluated {
    /// One candidate per box, in the order of the boxes, before rescoring and suppression.
    pub candidates: Vec<PoseCandidate>,
    /// COCO results after rescoring and suppression.
    pub results: Vec<CocoResult>,
}

/// Predicts the people of a data set, then rescores and suppresses.
pub fn evaluate<B: KernelBackend>(
    net: &impl Network<B>,
    dataset: &Arc<TopDownDataset>,
    options: &EvaluateOptions,
    progress: &dyn Progress,
    device: &B::Device,
) -> Result<Evaluated> {
    let candidates = predict(net, dataset, options, progress, device)?;
    let sigmas = Sigmas::new(dataset.facts().sigmas.clone())?;
    let results = finish(candidates.clone(), &sigmas, &options.rules);
    Ok(Evaluated { candidates, results })
}

/// Predicts one candidate per box.
pub fn predict<B: KernelBackend>(
    net: &impl Network<B>,
    dataset: &Arc<TopDownDataset>,
    options: &EvaluateOptions,
    progress: &dyn Progress,
    device: &B::Device,
) -> Result<Vec<PoseCandidate>> {
    let config = LoaderConfig::evaluation(options.batch, options.workers);
    let loader = BatchLoader::new(Arc::clone(dataset), config)?;
    let mut further = further(dataset, options, config)?;
    let mut candidates = Vec::with_capacity(dataset.len());
    for batch in loader {
        let batch = batch?;
        let heatmaps = seen(net, dataset, (&batch, &mut further), options.flip, device)?;
        let centers: Vec<_> = batch.people.iter().map(|person| person.center).collect();
        let scales: Vec<_> = batch.people.iter().map(|person| person.scale).collect();
        let decoded = dataset.codec().decode(&heatmaps, &centers, &scales);
        candidates.extend(batch.people.iter().zip(decoded).map(|(p, d)| candidate(p, &d)));
        progress.evaluated(candidates.len(), dataset.len());
    }
    Ok(candidates)
}

/// Further scales: the factor of each, and the batches of its crops.
type Further = Vec<(f64, BatchLoader<TopDownDataset>)>;

/// Heatmaps of a batch, averaged with those of its people at further scales.
fn seen<B: KernelBackend>(
    net: &impl Network<B>,
    dataset: &TopDownDataset,
    (batch, further): (&TopDownBatch, &mut Further),
    flip: FlipTest,
    device: &B::Device,
) -> Result<Vec<f32>> {
    let usual = heatmaps(net, dataset, batch, flip, device)?;
    if further.is_empty() {
        return Ok(usual);
    }
    let mut views = vec![(1.0, usual)];
    for (factor, loader) in further {
        let batch = loader.next().expect("every loader has all people")?;
        views.push((*factor, heatmaps(net, dataset, &batch, flip, device)?));
    }
    Ok(dataset.codec().mean_of_views(&views))
}

/// Loaders of the people at further scales.
fn further(
    dataset: &TopDownDataset,
    options: &EvaluateOptions,
    config: LoaderConfig,
) -> Result<Further> {
    let scaled = options.further_scales.iter().map(|&factor| {
        let dataset = Arc::new(dataset.enlarged(factor));
        Ok((factor, BatchLoader::new(dataset, config)?))
    });
    scaled.collect()
}

fn heatmaps<B: KernelBackend>(
    net: &impl Network<B>,
    dataset: &TopDownDataset,
    batch: &TopDownBatch,
    flip: FlipTest,
    device: &B::Device,
) -> Result<Vec<f32>> {
    let images = normalised::<B>(&batch.images, batch.size, device);
    let predict = |images| repeated::<B, _, _>(device, (net, images), |(n, i)| n.predict(i));
    let mirrored = (flip == FlipTest::On).then(|| predict(images.clone().flip([COLUMNS])));
    let mut heatmaps = values(predict(images))?;
    if let Some(mirrored) = mirrored {
        let mut mirrored = values(mirrored)?;
        dataset.codec().flip_back(&mut mirrored, &dataset.facts().flip_pairs);
        dataset.codec().average(&mut heatmaps, &mirrored);
    }
    Ok(heatmaps)
}

fn candidate(person: &PersonBox, decoded: &Decoded) -> PoseCandidate {
    let joints = decoded.keypoints.iter().zip(&decoded.scores);
    let keypoints = joints.map(|(&[x, y], &score)| [x, y, f64::from(score)]).collect();
    let side = |axis: usize| f64::from(person.scale[axis] * PIXELS_PER_SCALE);
    let area = side(0) * side(1);
    PoseCandidate::new(person.image_id, keypoints, person.score, area, person.bbox)
        .of_category(person.category_id)
}
