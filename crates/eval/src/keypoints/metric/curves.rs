//! From matched detections to precision and recall, per category, area range and threshold.

use std::collections::BTreeSet;
use std::iter;
use std::ops::Range;

use hotcoco::metrics::counts::{PrCurveScratch, precision_recall_curve_of_order_into};
use hotcoco::{COCOeval, EvalImg};

/// Value of figures for which the annotations hold no person.
pub const NOT_COMPUTED: f64 = -1.0;

/// Names of the area ranges, in the order of the evaluation's columns.
pub const AREA_NAMES: [&str; 3] = ["all", "medium", "large"];

/// Treatment of an annotation with id 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ZeroId {
    /// There is none, or it is treated as any other.
    Absent,
    /// A detection matched to the annotation with this engine id counts as unmatched, because the
    /// COCO evaluator writes 0 for "unmatched".
    NeverHit(u64),
}

/// Precision and recall of one category in one area range that holds people.
pub(crate) struct Curves {
    /// `[threshold][recall point]`.
    precision: Vec<Vec<f64>>,
    /// `[threshold]`.
    recall: Vec<f64>,
    people: usize,
}

/// The curves of all categories and area ranges.
pub(crate) struct Table {
    /// `[category][area]`; none where there are no people.
    cells: Vec<[Option<Curves>; AREA_NAMES.len()]>,
    thresholds: Vec<f64>,
}

impl Table {
    /// The curves over the images, each as often as `copies` says of its engine id.
    pub fn new(
        engine: &COCOeval,
        categories: &BTreeSet<u64>,
        zero: ZeroId,
        copies: impl Fn(u64) -> usize,
    ) -> Self {
        let cell = |category: &u64| {
            AREA_NAMES.map(|area| Curves::new(engine, *category, area, zero, &copies))
        };
        Self {
            cells: categories.iter().map(cell).collect(),
            thresholds: engine.params.iou_thrs.clone(),
        }
    }

    pub fn thresholds(&self) -> usize {
        self.thresholds.len()
    }

    /// The row of the OKS threshold `value`; empty when it is not evaluated.
    pub fn at(&self, value: f64) -> Range<usize> {
        let row = self.thresholds.iter().position(|one| (one - value).abs() < 1e-9);
        row.map_or(0..0, |row| row..row + 1)
    }

    /// Annotated people that count, over all areas and categories.
    pub fn people(&self) -> usize {
        self.of_area(0).map(|curves| curves.people).sum()
    }

    /// Mean precision over the recall points of these threshold `rows`.
    pub fn mean_precision(&self, area: usize, rows: Range<usize>) -> f64 {
        mean(
            self.of_area(area)
                .flat_map(|curves| curves.precision[rows.clone()].iter().flatten().copied()),
        )
    }

    /// Mean recall over these threshold `rows`.
    pub fn mean_recall(&self, area: usize, rows: Range<usize>) -> f64 {
        mean(self.of_area(area).flat_map(|curves| curves.recall[rows.clone()].iter().copied()))
    }

    /// `figure(area, row)` of every threshold and area, `[threshold][area]`.
    pub fn by_threshold(&self, figure: impl Fn(usize, Range<usize>) -> f64) -> Vec<[f64; 3]> {
        let row = |row: usize| [0, 1, 2].map(|area| figure(area, row..row + 1));
        (0..self.thresholds()).map(row).collect()
    }

    /// Precision over all areas, averaged over categories, `[threshold][recall point]`.
    pub fn mean_curves(&self) -> Vec<Vec<f64>> {
        let curves: Vec<&Curves> = self.of_area(0).collect();
        let Some(first) = curves.first() else { return Vec::new() };
        let points = first.precision.first().map_or(0, Vec::len);
        let point = |row: usize, at: usize| mean(curves.iter().map(|one| one.precision[row][at]));
        (0..self.thresholds()).map(|row| (0..points).map(|at| point(row, at)).collect()).collect()
    }

    fn of_area(&self, area: usize) -> impl Iterator<Item = &Curves> {
        self.cells.iter().filter_map(move |areas| areas[area].as_ref())
    }
}

impl Curves {
    fn new(
        engine: &COCOeval,
        category: u64,
        area: &str,
        zero: ZeroId,
        copies: impl Fn(u64) -> usize,
    ) -> Option<Self> {
        let params = &engine.params;
        let range = params.area_ranges.iter().find(|one| one.label == area)?.range;
        let of_cell = |image: &&EvalImg| {
            image.category_id == category
                && image.area_rng.map(f64::to_bits) == range.map(f64::to_bits)
        };
        let images = engine.eval_imgs().iter().flatten().filter(of_cell);
        let images: Vec<&EvalImg> =
            images.flat_map(|image| iter::repeat_n(image, copies(image.image_id))).collect();
        let people = images.iter().map(|image| image.num_gt_in_denominator()).sum();
        (people > 0).then(|| Ranking::new(images, engine, range, zero).curves(people))
    }
}

/// The detections of one category and area range over all images, best first.
struct Ranking<'a> {
    images: Vec<&'a EvalImg>,
    engine: &'a COCOeval,
    range: [f64; 2],
    zero: ZeroId,
    order: Vec<usize>,
}

impl<'a> Ranking<'a> {
    fn new(images: Vec<&'a EvalImg>, engine: &'a COCOeval, range: [f64; 2], zero: ZeroId) -> Self {
        // Adding zero makes −0 equal to 0; ties then keep the order of images.
        let scores: Vec<f64> =
            images.iter().flat_map(|image| &image.dt_scores).map(|score| score + 0.0).collect();
        let mut order: Vec<usize> = (0..scores.len()).collect();
        order.sort_by(|&a, &b| scores[b].total_cmp(&scores[a]));
        Self { images, engine, range, zero, order }
    }

    fn curves(&self, people: usize) -> Curves {
        let recall_points = &self.engine.params.rec_thrs;
        let (mut scratch, mut points) = (PrCurveScratch::default(), Vec::new());
        let (mut precision, mut recall) = (Vec::new(), Vec::new());
        for row in 0..self.engine.params.iou_thrs.len() {
            let (matched, ignored) = self.outcomes(row);
            recall.push(precision_recall_curve_of_order_into(
                self.order.iter().copied(),
                &matched,
                Some(&ignored),
                people,
                recall_points,
                &mut scratch,
                &mut points,
            ));
            let mut sampled = vec![0.0; recall_points.len()];
            for &(at, value, _) in &points {
                sampled[at] = value;
            }
            precision.push(sampled);
        }
        Curves { precision, recall, people }
    }

    /// Per detection, whether it is matched and whether it is ignored, at threshold `row`.
    fn outcomes(&self, row: usize) -> (Vec<bool>, Vec<bool>) {
        let (mut matched, mut ignored) = (Vec::new(), Vec::new());
        for image in &self.images {
            for place in 0..image.dt_ids.len() {
                let hit = image.dt_matched[(row, place)];
                let zero = hit && ZeroId::NeverHit(image.dt_matches[(row, place)]) == self.zero;
                matched.push(hit && !zero);
                ignored.push(
                    image.dt_ignore[(row, place)] || (zero && self.is_outside(image.dt_ids[place])),
                );
            }
        }
        (matched, ignored)
    }

    fn is_outside(&self, detection: u64) -> bool {
        let area = self.engine.coco_dt().get_ann(detection).and_then(|found| found.area);
        !(self.range[0]..=self.range[1]).contains(&area.unwrap_or(0.0))
    }
}

/// The mean, or [`NOT_COMPUTED`] of nothing.
fn mean(values: impl Iterator<Item = f64>) -> f64 {
    let (sum, count) = values.fold((0.0, 0_usize), |(sum, count), one| (sum + one, count + 1));
    if count == 0 { NOT_COMPUTED } else { sum / count as f64 }
}
