//! Scatter plot of a search: every candidate by cost and score, the Pareto front on top.

use super::search_plot::{ParetoPoint, SearchPlot};
use super::{front, labels, legend};
use crate::plot::{Axis, Frame, Margin, Scale, Spacing, compact};
use crate::svg::{Anchor, Drawing, Element, Size, group, label, text_width};
use crate::theme::{Ink, RAMP_STEPS};

/// Size of the picture in user units.
const WIDTH: f64 = 1200.0;
const HEIGHT: f64 = 560.0;
const DOT: f64 = 3.6;
/// Maximum number of front points that carry their id by default; longer fronts show an even
/// selection.
const DEFAULT_LABELS: usize = 8;

/// Draws the plot as an SVG file. Up to eight points of the front carry their id.
pub fn pareto_svg(plot: &SearchPlot) -> String {
    draw_selection(plot).standalone()
}

/// Draws the plot as an SVG file with the ids in `chosen` written beside their points.
pub fn pareto_svg_with(plot: &SearchPlot, chosen: &[&str]) -> String {
    draw(plot, chosen).standalone()
}

/// Draws the plot with the ids of an even selection of the front.
pub(crate) fn draw_selection(plot: &SearchPlot) -> Drawing {
    draw(plot, &front::selection(plot, DEFAULT_LABELS))
}

pub(crate) fn draw(plot: &SearchPlot, chosen: &[&str]) -> Drawing {
    let points: Vec<&ParetoPoint> = plot.points.iter().filter(|point| point.is_finite()).collect();
    let (frame, x, y) = layout(&points);
    let generations = points.iter().map(|point| point.generation).max().unwrap_or(0);
    let place = |point: &ParetoPoint| (x.at(point.cost), y.at(point.score));
    let front = front::points(&points);
    let front_places: Vec<_> = front.iter().map(|point| place(point)).collect();
    let named: Vec<_> = points.iter().filter(|point| chosen.contains(&point.id.as_str())).collect();
    let named: Vec<_> = named.iter().map(|point| (point.id.as_str(), place(point))).collect();
    let all: Vec<_> = points.iter().map(|point| place(point)).collect();
    let axes =
        (Axis { scale: x, name: &plot.cost_label }, Axis { scale: y, name: &plot.score_label });
    let title = format!("{} against {}", plot.score_label, plot.cost_label);
    let content = vec![
        label(&title, (16.0, 28.0), Size::Title, Anchor::Start, Ink::Text),
        legend::draw((WIDTH - 22.0, 28.0), generations, points.len()),
        frame.axes(&axes.0, &axes.1),
        front::area(&front_places, &frame),
        cloud(&points, generations, plot, &place),
        front::line(&front_places, &frame),
        group(front.iter().map(|point| front_dot(point, plot, place(point)))),
        labels::draw(&named, &all, &frame),
    ];
    Drawing { width: WIDTH, height: HEIGHT, description: title, content }
}

fn layout(points: &[&ParetoPoint]) -> (Frame, Scale, Scale) {
    let costs = || points.iter().map(|point| point.cost);
    let scores = points.iter().map(|point| point.score);
    let x = Scale::fit(costs(), Spacing::suited_to(costs()), Margin::Share(0.04), 10);
    let y = Scale::fit(scores, Spacing::Linear, Margin::Share(0.06), 7);
    let labels = y.ticks().into_iter().map(|tick| text_width(&tick.label, Size::Small));
    let left = 22.0 + labels.fold(16.0, f64::max);
    let frame = Frame { left, right: WIDTH - 22.0, top: 70.0, bottom: HEIGHT - 52.0 };
    let (x, y) = (x.over(frame.left, frame.right), y.over(frame.bottom, frame.top));
    (frame, x, y)
}

/// Candidates off the front, one group per colour, oldest first so that later ones lie on top.
fn cloud(
    points: &[&ParetoPoint],
    generations: usize,
    plot: &SearchPlot,
    place: &impl Fn(&ParetoPoint) -> (f64, f64),
) -> Element {
    let dominated = |step: usize| {
        points
            .iter()
            .filter(move |point| {
                !point.on_front && legend::ramp_step(point.generation, generations) == step
            })
            .map(|point| Element::circle(place(point), DOT).tooltip(&tooltip(point, plot)))
    };
    let steps = (0..RAMP_STEPS).filter(|step| dominated(*step).next().is_some());
    group(steps.map(|step| group(dominated(step)).fill(Ink::Ramp(step)).set("fill-opacity", 0.72)))
}

fn front_dot(point: &ParetoPoint, plot: &SearchPlot, at: (f64, f64)) -> Element {
    Element::circle(at, DOT + 1.6)
        .fill(Ink::Accent)
        .stroke(Ink::Surface, 1.8)
        .class("dot")
        .tooltip(&tooltip(point, plot))
}

fn tooltip(point: &ParetoPoint, plot: &SearchPlot) -> String {
    let ParetoPoint { id, cost, score, generation, .. } = point;
    let (cost, score) = (compact(*cost), compact(*score));
    let (cost_label, score_label) = (&plot.cost_label, &plot.score_label);
    format!("{id} · {score} {score_label} · {cost} {cost_label} · generation {generation}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn point(id: &str, cost: f64, score: f64, on_front: bool) -> ParetoPoint {
        ParetoPoint { id: id.into(), cost, score, generation: 1, on_front }
    }

    fn plot(points: Vec<ParetoPoint>) -> SearchPlot {
        SearchPlot { points, cost_label: "GMACs".into(), score_label: "AP".into() }
    }

    #[test]
    fn every_point_is_drawn_once_with_a_tooltip() {
        let svg = pareto_svg(&plot(vec![
            point("a", 1.0, 0.5, true),
            point("b", 2.0, 0.4, false),
            point("c", 3.0, 0.7, true),
        ]));
        for id in ["a", "b", "c"] {
            assert_eq!(svg.matches(&format!("<title>{id} ·")).count(), 1, "{id}");
        }
    }

    #[test]
    fn chosen_points_are_named() {
        let points = vec![point("left", 1.0, 0.5, true), point("right", 3.0, 0.7, true)];
        let svg = pareto_svg_with(&plot(points), &["right"]);
        assert!(svg.contains(">right</text>") && !svg.contains(">left</text>"));
    }

    #[test]
    fn empty_and_unfinished_searches_draw() {
        for points in
            [vec![], vec![point("x", f64::NAN, 0.0, false)], vec![point("y", 1.0, 0.0, true)]]
        {
            let svg = pareto_svg(&plot(points));
            assert!(svg.ends_with("</svg>\n") && !svg.contains("NaN"));
        }
    }
}
