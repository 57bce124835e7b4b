//! Reduction of a series for drawing: every point, or the mean and the band of short spans.

/// Maximum number of points of a series that is drawn point by point.
const EXACT_POINTS: usize = 600;
/// Number of spans of a summarised series.
const BINS: usize = 200;

/// A drawable series.
#[derive(Debug)]
pub(super) enum Trace {
    /// Runs of neighbouring finite points.
    Exact(Vec<Vec<(f64, f64)>>),
    /// Summaries of spans with equal numbers of points.
    Banded(Vec<Bin>),
}

/// Summary of a span.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bin {
    pub(super) x: f64,
    pub(super) low: f64,
    pub(super) mean: f64,
    pub(super) high: f64,
}

impl Trace {
    pub(super) fn new(points: &[(f64, f64)]) -> Self {
        if points.len() <= EXACT_POINTS {
            let runs = points.split(|point| !is_finite(point)).filter(|run| !run.is_empty());
            return Self::Exact(runs.map(<[_]>::to_vec).collect());
        }
        let finite: Vec<_> = finite(points).collect();
        let span = finite.len().div_ceil(BINS).max(1);
        Self::Banded(finite.chunks(span).map(Bin::new).collect())
    }
}

impl Bin {
    fn new(points: &[(f64, f64)]) -> Self {
        let count = points.len() as f64;
        let values = || points.iter().map(|point| point.1);
        Self {
            x: points.iter().map(|point| point.0).sum::<f64>() / count,
            low: values().fold(f64::INFINITY, f64::min),
            mean: values().sum::<f64>() / count,
            high: values().fold(f64::NEG_INFINITY, f64::max),
        }
    }
}

/// Points with finite coordinates.
pub(super) fn finite(points: &[(f64, f64)]) -> impl Iterator<Item = (f64, f64)> {
    points.iter().copied().filter(is_finite)
}

fn is_finite(point: &(f64, f64)) -> bool {
    point.0.is_finite() && point.1.is_finite()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gaps_split_runs() {
        let points = [(0.0, 1.0), (1.0, f64::NAN), (2.0, 3.0), (3.0, 4.0)];
        let Trace::Exact(runs) = Trace::new(&points) else { panic!("four points are exact") };
        assert_eq!(runs.iter().map(Vec::len).collect::<Vec<_>>(), [1, 2]);
    }

    #[test]
    fn bands_hold_their_points() {
        let points: Vec<_> = (0..5000).map(|i| (f64::from(i), f64::from(i % 2))).collect();
        let Trace::Banded(bins) = Trace::new(&points) else { panic!("5000 points are banded") };
        assert!(bins.len() <= BINS);
        assert!(bins.iter().all(|bin| bin.low <= bin.mean && bin.mean <= bin.high));
    }
}
