//! Pareto front as a staircase: the best score at a given maximum cost.

use super::search_plot::{ParetoPoint, SearchPlot};
use crate::plot::Frame;
use crate::svg::{Element, Path, group};
use crate::theme::Ink;

/// Points of the front by ascending cost.
pub(super) fn points<'a>(points: &[&'a ParetoPoint]) -> Vec<&'a ParetoPoint> {
    let mut front: Vec<_> = points.iter().copied().filter(|point| point.on_front).collect();
    front.sort_by(|a, b| a.cost.total_cmp(&b.cost).then(a.score.total_cmp(&b.score)));
    front
}

/// Ids of at most `count` points of the front, evenly spread and including both ends.
pub(super) fn selection(plot: &SearchPlot, count: usize) -> Vec<&str> {
    let finite: Vec<_> = plot.points.iter().filter(|point| point.is_finite()).collect();
    let front = points(&finite);
    if front.len() <= count {
        return front.into_iter().map(|point| point.id.as_str()).collect();
    }
    (0..count).map(|i| front[i * (front.len() - 1) / (count - 1)].id.as_str()).collect()
}

/// Staircase through `places`.
pub(super) fn line(places: &[(f64, f64)], frame: &Frame) -> Element {
    if places.is_empty() {
        return group([]);
    }
    Path::through(staircase(places, frame)).element().stroke(Ink::Accent, 1.8)
}

/// Light tint of the region that the front dominates.
pub(super) fn area(places: &[(f64, f64)], frame: &Frame) -> Element {
    let Some(first) = places.first() else { return group([]) };
    let floor = [(frame.right, frame.bottom), (first.0, frame.bottom)];
    let outline = Path::through(staircase(places, frame).into_iter().chain(floor)).close();
    outline.element().class("area").fill(Ink::Accent).set("fill-opacity", 0.05)
}

fn staircase(places: &[(f64, f64)], frame: &Frame) -> Vec<(f64, f64)> {
    let ends = places.iter().skip(1).map(|place| place.0).chain([frame.right]);
    places.iter().zip(ends).flat_map(|(place, end)| [*place, (end, place.1)]).collect()
}
