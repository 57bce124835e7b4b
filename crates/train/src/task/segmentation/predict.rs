//! Segmentation of whole pictures: at several scales, mirrored, in windows or at once.
//!
//! Source: HRNet reference. Pictures are padded to whole cells of the coarsest branch, like crops in
//! training; mirrored views are averaged as scores, scales and windows as probabilities.

use std::sync::Arc;

use burn::tensor::Tensor;
use burn::tensor::backend::Backend;
use scalenas_data::segmentation::{Crop, WholePicture, WholePictures};
use scalenas_data::{BatchLoader, LoaderConfig};
use scalenas_eval::semantic::{
    ClassScores, Confusion, ProbabilitySum, SemanticStats, Span, predict_covered, windows,
};

use crate::error::Result;
use crate::run::progress::Progress;
use crate::score::network::{Network, values};
use crate::score::pictures::normalised;
use crate::task::top_down::predict::FlipTest;

/// Stride of the prediction.
const STRIDE: f64 = 4.0;
/// Axis of the columns.
const COLUMNS: isize = 3;

/// How to segment.
#[derive(Debug, Clone, PartialEq)]
pub struct SegmentOptions {
    /// Sizes to look at, as factors of the picture's own.
    pub scales: Vec<f64>,
    /// Whether the mirrored picture is looked at as well.
    pub flip: FlipTest,
    /// Height and width of sliding windows; the whole picture at once without.
    pub window: Option<(usize, usize)>,
    /// Sides that the network takes are multiples of this.
    pub cell: usize,
    /// Threads that read pictures.
    pub workers: usize,
}

impl SegmentOptions {
    /// The whole picture once, as published.
    pub fn new(cell: usize, workers: usize) -> Self {
        Self { scales: vec![1.0], flip: FlipTest::Off, window: None, cell, workers }
    }
}

/// Predicts every picture of a data set, hands each to `seen` with its classes
/// `[height, width]`, and counts those that have labels.
pub fn segment_all<B: Backend>(
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

/// The class of every pixel of a picture, `[height, width]`.
pub fn segment<B: Backend>(
    net: &impl Network<B>,
    picture: &WholePicture,
    options: &SegmentOptions,
    device: &B::Device,
) -> Result<Vec<u8>> {
    let (height, width) = (picture.image.height, picture.image.width);
    let scales: Vec<Vec<View>> =
        options.scales.iter().map(|&scale| views(options, scale, height, width)).collect();
    if let [scale] = &scales[..]
        && let [view] = &scale[..]
    {
        let scores = score(net, picture, view, options, device)?;
        return Ok(predict_covered(&scores.classes()?, view.spans(height, width), height, width));
    }
    let mut sum: Option<ProbabilitySum> = None;
    for views in &scales {
        let mut scale: Option<ProbabilitySum> = None;
        for view in views {
            let scores = score(net, picture, view, options, device)?;
            let new = || ProbabilitySum::new(scores.shape[0], height, width);
            scale.get_or_insert_with(new).add(&scores.classes()?, view.spans(height, width))?;
        }
        if let Some(scale) = scale {
            let new = || ProbabilitySum::new(scale.classes(), height, width);
            sum.get_or_insert_with(new).add_mean(&scale);
        }
    }
    Ok(sum.map(|sum| sum.labels()).unwrap_or_default())
}

/// A part of the scaled picture.
struct View {
    /// Height and width of the whole scaled picture.
    scaled: (usize, usize),
    /// First row and column of the part.
    corner: (usize, usize),
    /// Rows and columns of the part, which may reach beyond the picture.
    size: (usize, usize),
}

impl View {
    /// Where its scores lie over the picture.
    fn spans(&self, height: usize, width: usize) -> (Span, Span) {
        let span = |scaled: usize, corner: usize, side: usize| Span {
            ratio: scaled as f64 / side as f64 / STRIDE,
            start: corner as f64 / STRIDE,
        };
        let (rows, columns) = (self.scaled, self.corner);
        (span(rows.0, columns.0, height), span(rows.1, columns.1, width))
    }
}

/// The parts of a picture that are looked at in one scale.
fn views(options: &SegmentOptions, scale: f64, height: usize, width: usize) -> Vec<View> {
    let cells = |side: usize| side.div_ceil(options.cell) * options.cell;
    let side = |side: usize| ((side as f64 * scale).round() as usize).max(1);
    let scaled = (side(height), side(width));
    let window = options.window.unwrap_or(scaled);
    let size = (cells(window.0), cells(window.1));
    let (rows, columns) = (windows(scaled.0, size.0), windows(scaled.1, size.1));
    let corners = rows.iter().flat_map(|&row| columns.iter().map(move |&column| (row, column)));
    corners.map(|corner| View { scaled, corner, size }).collect()
}

/// Class scores of a view, `[classes, height / 4, width / 4]`.
struct Scores {
    values: Vec<f32>,
    shape: [usize; 3],
}

impl Scores {
    fn classes(&self) -> Result<ClassScores<'_>> {
        let [classes, height, width] = self.shape;
        Ok(ClassScores::new(&self.values, classes, height, width)?)
    }
}

fn score<B: Backend>(
    net: &impl Network<B>,
    picture: &WholePicture,
    view: &View,
    options: &SegmentOptions,
    device: &B::Device,
) -> Result<Scores> {
    let (height, width) = view.size;
    let mut pixels = vec![0; height * width * 3];
    let (rows, columns) = view.scaled;
    let crop = Crop { corner: (view.corner.1, view.corner.0), ..Crop::whole((columns, rows)) };
    crop.cut_picture(&picture.image, view.size, &mut pixels);
    let images: Tensor<B, 4> = normalised(&pixels, height, width, device);
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
