//! Prediction of the classes of whole pictures: at several scales, mirrored, in windows or at once.
//!
//! Source: HRNet reference. Pictures are padded to whole cells of the coarsest branch, like crops in
//! training; mirrored views are averaged as scores, scales and windows as probabilities.

use std::sync::Arc;

use burn::tensor::Tensor;
use scalenas_base::Size;
use scalenas_data::segmentation::{Crop, WholePicture, WholePictures};
use scalenas_data::{BatchLoader, LoaderConfig};
use scalenas_eval::semantic::{
    ClassScores, Confusion, ProbabilitySum, SemanticStats, predict_covered,
};
use scalenas_kernels::KernelBackend;

use super::view::{View, views};
use crate::error::Result;
use crate::run::progress::Progress;
use crate::score::flip::{COLUMNS, FlipTest};
use crate::score::network::{Network, values};
use crate::score::pictures::normalised;

/// Options of the segmentation of whole pictures.
#[derive(Debug, Clone, PartialEq)]
pub struct SegmentOptions {
    /// Scales of the input, as factors of the size of the picture.
    pub scales: Vec<f64>,
    /// Whether the mirrored picture is predicted as well.
    pub flip: FlipTest,
    /// Size of sliding windows in pixels; `None` for the whole picture at once.
    pub window: Option<Size>,
    /// Divisor of the sides of inputs, in pixels.
    pub cell: usize,
    /// Threads that read pictures.
    pub workers: usize,
}

impl SegmentOptions {
    /// The whole picture once, the published setting.
    pub fn new(cell: usize, workers: usize) -> Self {
        Self { scales: vec![1.0], flip: FlipTest::Off, window: None, cell, workers }
    }
}

/// Predicts every picture of a data set, hands each to `seen` with its classes
/// `[height, width]`, and scores those that have labels.
pub fn segment_all<B: KernelBackend>(
    net: &impl Network<B>,
    pictures: &Arc<WholePictures>,
    options: &SegmentOptions,
    progress: &dyn Progress,
    device: &B::Device,
    mut seen: impl FnMut(&WholePicture, &[u8]) -> Result<()>,
) -> Result<SemanticStats> {
    let config = LoaderConfig::evaluation(1, options.workers);
    let classes = pictures.facts().classes.len();
    let mut confusion = Confusion::new(classes);
    let loader = BatchLoader::new(Arc::clone(pictures), config)?;
    for batch in loader {
        for picture in batch? {
            let predicted = segment(net, &picture, options, device)?;
            if let Some(labels) = &picture.labels {
                confusion.add(&labels.classes, &predicted)?;
            }
            seen(&picture, &predicted)?;
            progress.evaluated(picture.index + 1, pictures.list().len());
        }
    }
    Ok(confusion.stats())
}

/// Predicts the class of every pixel of a picture, `[height, width]`.
pub fn segment<B: KernelBackend>(
    net: &impl Network<B>,
    picture: &WholePicture,
    options: &SegmentOptions,
    device: &B::Device,
) -> Result<Vec<u8>> {
    let size = picture.image.size();
    let scales: Vec<Vec<View>> = options
        .scales
        .iter()
        .map(|&scale| views(scale, size, options.window, options.cell))
        .collect();
    if let [scale] = &scales[..]
        && let [view] = &scale[..]
    {
        let scores = score(net, picture, view, options, device)?;
        return Ok(predict_covered(&scores.classes()?, view.spans(size), size));
    }
    let mut sum: Option<ProbabilitySum> = None;
    for views in &scales {
        let mut scale: Option<ProbabilitySum> = None;
        for view in views {
            let scores = score(net, picture, view, options, device)?;
            let new = || ProbabilitySum::new(scores.shape[0], size);
            scale.get_or_insert_with(new).add(&scores.classes()?, view.spans(size))?;
        }
        if let Some(scale) = scale {
            let new = || ProbabilitySum::new(scale.classes(), size);
            sum.get_or_insert_with(new).add_mean(&scale);
        }
    }
    Ok(sum.map(|sum| sum.labels()).unwrap_or_default())
}

/// Class scores of a view, `[classes, height / 4, width / 4]`.
struct Scores {
    values: Vec<f32>,
    shape: [usize; 3],
}

impl Scores {
    fn classes(&self) -> Result<ClassScores<'_>> {
        let [classes, height, width] = self.shape;
        Ok(ClassScores::new(&self.values, classes, (height, width))?)
    }
}

fn score<B: KernelBackend>(
    net: &impl Network<B>,
    picture: &WholePicture,
    view: &View,
    options: &SegmentOptions,
    device: &B::Device,
) -> Result<Scores> {
    let &View { scaled, top, left, size } = view;
    let mut pixels = vec![0; size.pixels() * 3];
    let crop = Crop { top, left, ..Crop::whole(scaled) };
    crop.cut_picture(&picture.image, size, &mut pixels);
    let images: Tensor<B, 4> = normalised(&pixels, size, device);
    let mirrored = (options.flip == FlipTest::On).then(|| {
        let scores = net.predict(images.clone().flip([COLUMNS]));
        scores.flip([COLUMNS])
    });
    let mut scores = net.predict(images);
    if let Some(mirrored) = mirrored {
        scores = (scores + mirrored) * 0.5;
    }
    let [_, classes, height, width] = scores.dims();
    Ok(Scores { values: values(scores)?, shape: [classes, height, width] })
}
