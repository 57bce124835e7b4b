//! The log-likelihood of labelled pixels and its gradient: scores are interpolated line by line and probabilities
//! never leave the first-level cache.

#![expect(unsafe_code, reason = "tasks write disjoint parts, with vectors chosen at run time")]

use burn_flex::FlexTensor;

use super::exponential::exp;
use super::line::{BLOCK, Block, Wide, mix};
use crate::cpu::maps::{Extent, Maps};
use crate::cpu::memory::Buffer;
use crate::cpu::parallel::{self, Shared};
use crate::cpu::simd::{Isa, Kernel, Simd, dispatch};
use crate::interpolation::{Position, Uses, positions, uses};

/// Lines of labels, and rows of scores, that a task handles.
const LINES: usize = 32;
const ROWS: usize = 8;

/// Labels `[batch, height, width]`.
pub(crate) struct Labels {
    pub values: Vec<i32>,
    pub height: usize,
    pub width: usize,
}

impl Labels {
    /// Labels of one line of a picture.
    fn line(&self, picture: usize, line: usize) -> std::ops::Range<usize> {
        let start = (picture * self.height + line) * self.width;
        start..start + self.width
    }
}

/// Scores `[batch, classes, rows, columns]` in plain order.
struct Scores {
    tensor: FlexTensor,
    extent: Extent,
}

impl Scores {
    fn new(tensor: &FlexTensor) -> Self {
        Self { extent: Extent::of(tensor), tensor: tensor.to_contiguous() }
    }

    /// Of one picture, along lines with these columns.
    fn wide<'a>(&'a self, picture: usize, columns: &'a [Position]) -> Wide<'a> {
        let Extent { channels, height, width, .. } = self.extent;
        let len = channels * height * width;
        let start = self.tensor.layout().start_offset() + picture * len;
        let scores = &self.tensor.storage::<f32>()[start..start + len];
        Wide::new(scores, channels, [height, width], columns)
    }
}

/// Log-likelihood of every label, 0 where it is no class, and the normaliser; `[batch, height, width]` each.
pub(crate) fn log_likelihood(scores: &FlexTensor, labels: &Labels) -> [Buffer; 2] {
    let scores = Scores::new(scores);
    let Labels { values, height, width } = labels;
    let rows = positions(scores.extent.height, *height);
    let columns = positions(scores.extent.width, *width);
    let mut results = [Buffer::<f32>::new(values.len()), Buffer::<f32>::new(values.len())];
    let shared = Shared(results.each_mut().map(Buffer::as_mut_ptr));
    let (isa, bands) = (Isa::current(), height.div_ceil(LINES));
    parallel::run(scores.extent.batch * bands, |task| {
        let (picture, band) = (task / bands, task % bands);
        let lines = band * LINES..((band + 1) * LINES).min(*height);
        let start = (picture * height + lines.start) * width;
        let len = lines.len() * width;
        // SAFETY: bands are disjoint parts of the results.
        let [values, normaliser] = shared
            .get()
            .map(|pointer| unsafe { std::slice::from_raw_parts_mut(pointer.add(start), len) });
        let labels = &labels.values[start..start + len];
        let wide = scores.wide(picture, &columns);
        let kernel =
            Forward { wide, rows: &rows[lines], width: *width, labels, values, normaliser };
        // SAFETY: works on slices alone.
        unsafe { dispatch(isa, kernel) };
    });
    results
}

/// Lines of one picture.
struct Forward<'a> {
    wide: Wide<'a>,
    rows: &'a [Position],
    width: usize,
    labels: &'a [i32],
    values: &'a mut [f32],
    normaliser: &'a mut [f32],
}

impl Kernel for Forward<'_> {
    #[inline(always)]
    unsafe fn run<S: Simd>(self) {
        let Self { mut wide, rows, width, labels, values, normaliser } = self;
        let stride = width.next_multiple_of(BLOCK);
        let mut scores = vec![[0.0; BLOCK]; wide.classes];
        for (line, row) in rows.iter().enumerate() {
            let between = wide.between(*row);
            for start in (0..width).step_by(BLOCK) {
                mix(between, row.fraction, start, stride, &mut scores);
                let logs = normalisers(&scores);
                let first = line * width + start;
                for (pixel, log) in logs.iter().enumerate().take(width - start) {
                    let own = class(labels[first + pixel], &scores);
                    values[first + pixel] = own.map_or(0.0, |scores| scores[pixel] - log);
                    normaliser[first + pixel] = *log;
                }
            }
        }
    }
}

/// The entry of a label's class in a list of one entry per class; `None` for a label that is no class.
#[inline(always)]
fn class<T>(label: i32, classes: &[T]) -> Option<&T> {
    usize::try_from(label).ok().and_then(|label| classes.get(label))
}

/// Logarithms of sums over classes of exponentials.
#[inline(always)]
fn normalisers(scores: &[Block]) -> Block {
    let mut largest = scores[0];
    for class in &scores[1..] {
        for (largest, &score) in largest.iter_mut().zip(class) {
            *largest = if score > *largest { score } else { *largest };
        }
    }
    let mut sums = [0.0; BLOCK];
    for class in scores {
        for (sum, (score, largest)) in sums.iter_mut().zip(class.iter().zip(&largest)) {
            *sum += exp(score - largest);
        }
    }
    for (sum, largest) in sums.iter_mut().zip(largest) {
        *sum = largest + sum.ln();
    }
    sums
}

/// Gradient of the scores, given that of the log-likelihood `[batch, height, width]` in plain order.
pub(crate) fn log_likelihood_gradient(
    scores: &FlexTensor,
    labels: &Labels,
    normaliser: &[f32],
    gradient: &[f32],
) -> Maps {
    let scores = Scores::new(scores);
    let extent = scores.extent;
    let mut result = Maps::<f32>::new(extent);
    let lines = [positions(extent.height, labels.height), positions(extent.width, labels.width)];
    let used = [uses(extent.height, labels.height), uses(extent.width, labels.width)];
    let shared = Shared(result.as_mut_slice().as_mut_ptr());
    let (isa, bands) = (Isa::current(), extent.height.div_ceil(ROWS));
    parallel::run(extent.batch * bands, |task| {
        let (picture, band) = (task / bands, task % bands);
        let rows = band * ROWS..((band + 1) * ROWS).min(extent.height);
        let row = extent.width * extent.channels;
        let start = (picture * extent.height + rows.start) * row;
        // SAFETY: bands are disjoint parts of the result.
        let to =
            unsafe { std::slice::from_raw_parts_mut(shared.get().add(start), rows.len() * row) };
        let wide = scores.wide(picture, &lines[1]);
        let pixels = Pixels { picture, labels, normaliser, gradient };
        let kernel = Backward { wide, pixels, lines: &lines[0], used: &used, rows, to };
        // SAFETY: works on slices alone.
        unsafe { dispatch(isa, kernel) };
    });
    result
}

/// Labelled pixels of one picture.
#[derive(Clone, Copy)]
struct Pixels<'a> {
    picture: usize,
    labels: &'a Labels,
    normaliser: &'a [f32],
    gradient: &'a [f32],
}

/// Rows of scores of one picture.
struct Backward<'a> {
    wide: Wide<'a>,
    pixels: Pixels<'a>,
    /// Where lines lie between rows.
    lines: &'a [Position],
    /// Lines and columns that rows and columns of scores take part in.
    used: &'a [Vec<Uses>; 2],
    rows: std::ops::Range<usize>,
    to: &'a mut [f32],
}

impl Kernel for Backward<'_> {
    #[inline(always)]
    unsafe fn run<S: Simd>(self) {
        let Self { mut wide, pixels, lines, used: [by_row, by_column], rows, to } = self;
        let (classes, width) = (wide.classes, pixels.labels.width);
        let stride = width.next_multiple_of(BLOCK);
        let mut sums = Buffer::<f32>::zeros(rows.len() * classes * stride);
        let mut scores = vec![[0.0; BLOCK]; classes];
        for line in covering(&by_row[rows.clone()]) {
            let row = lines[line];
            let between = wide.between(row);
            let range = pixels.labels.line(pixels.picture, line);
            for start in (0..width).step_by(BLOCK) {
                let end = width.min(start + BLOCK);
                let range = range.start + start..range.start + end;
                mix(between, row.fraction, start, stride, &mut scores);
                slopes(&mut scores, &pixels, range);
                for (row, weight) in [(row.low, 1.0 - row.fraction), (row.high, row.fraction)] {
                    if rows.contains(&row) {
                        let first = (row - rows.start) * classes * stride + start;
                        add(&scores, weight, &mut sums.as_mut_slice()[first..], stride);
                    }
                }
            }
        }
        let rows = sums.as_slice().chunks_exact(classes * stride);
        for (sums, to) in rows.zip(to.chunks_exact_mut(by_column.len() * classes)) {
            narrow(sums, stride, by_column, to);
        }
    }
}

/// Lines that rows take part in.
#[inline(always)]
fn covering(rows: &[Uses]) -> std::ops::Range<usize> {
    let used = || rows.iter().filter(|uses| !uses.weights.is_empty());
    let start = used().map(|uses| uses.first).min().unwrap_or(0);
    let end = used().map(|uses| uses.first + uses.weights.len()).max().unwrap_or(0);
    start..end
}

/// From scores of a block to the gradient of those scores.
#[inline(always)]
fn slopes(scores: &mut [Block], pixels: &Pixels<'_>, range: std::ops::Range<usize>) {
    let labels = &pixels.labels.values[range.clone()];
    let (mut logs, mut given) = ([0.0; BLOCK], [0.0; BLOCK]);
    logs[..labels.len()].copy_from_slice(&pixels.normaliser[range.clone()]);
    for ((given, &label), &gradient) in given.iter_mut().zip(labels).zip(&pixels.gradient[range]) {
        *given = class(label, scores).map_or(0.0, |_| gradient);
    }
    for class in scores.iter_mut() {
        for (score, (log, given)) in class.iter_mut().zip(logs.iter().zip(&given)) {
            *score = -exp(*score - log) * given;
        }
    }
    for (pixel, (&label, given)) in labels.iter().zip(&given).enumerate() {
        let own = usize::try_from(label).ok().and_then(|label| scores.get_mut(label));
        if let Some(class) = own {
            class[pixel] += given;
        }
    }
}

/// Adds a weighted block of every class.
#[inline(always)]
fn add(values: &[Block], weight: f32, to: &mut [f32], stride: usize) {
    for (class, values) in values.iter().enumerate() {
        let to: &mut Block =
            to[class * stride..].first_chunk_mut().expect("lines are whole blocks");
        for (to, value) in to.iter_mut().zip(values) {
            *to += weight * value;
        }
    }
}

/// Sums along a line, `[classes, stride]`, to the columns that the line was made of, `[columns, classes]`.
#[inline(always)]
fn narrow(sums: &[f32], stride: usize, columns: &[Uses], to: &mut [f32]) {
    let classes = sums.len() / stride;
    for (class, sums) in sums.chunks_exact(stride).enumerate() {
        for (column, uses) in columns.iter().enumerate() {
            let sums = &sums[uses.first..][..uses.weights.len()];
            let products = sums.iter().zip(&uses.weights).map(|(sum, weight)| sum * weight);
            to[column * classes + class] = products.sum();
        }
    }
}
