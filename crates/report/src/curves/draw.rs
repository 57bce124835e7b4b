//! Drawing of line charts: axes, lines, bands and tooltips.

use super::curve::{Curve, Series};
use super::legend;
use super::trace::{self, Trace};
use crate::plot::{Axis, Frame, Margin, Scale, Spacing, compact};
use crate::svg::{Anchor, Drawing, Element, Path, Size, group, label};
use crate::theme::Ink;

/// Size of a chart in user units.
const WIDTH: f64 = 540.0;
const HEIGHT: f64 = 320.0;
/// Maximum number of points of a series with a visible dot at each.
const DOTTED_POINTS: usize = 30;
/// Maximum number of points of a series with a tooltip at each.
const TOOLTIP_POINTS: usize = 250;

/// Draws a chart as an SVG file.
///
/// The vertical axis is logarithmic when all values are positive and span more than an even axis
/// shows (learning rates). Long series are drawn as the mean of short spans over a band from their
/// minimum to their maximum.
pub fn curve_svg(curve: &Curve) -> String {
    draw(curve).standalone()
}

pub(crate) fn draw(curve: &Curve) -> Drawing {
    let (legend, legend_height) = legend::draw(&curve.series, (16.0, 50.0), WIDTH - 32.0);
    let top = 88.0 + legend_height;
    let axes = Scales::new(curve);
    let left = 22.0 + axes.label_width();
    let frame = Frame { left, right: WIDTH - 20.0, top, bottom: HEIGHT - 50.0 };
    let (x, y) = (axes.x.over(frame.left, frame.right), axes.y.over(frame.bottom, frame.top));
    let lines = curve
        .series
        .iter()
        .enumerate()
        .map(|(index, series)| line(series, Ink::Series(index), &x, &y, &curve.x_label));
    let title = label(&curve.name, (16.0, 28.0), Size::Title, Anchor::Start, Ink::Text);
    Drawing {
        width: WIDTH,
        height: HEIGHT,
        description: format!("{}: {} over {}", curve.name, curve.y_label, curve.x_label),
        content: vec![
            title,
            legend,
            frame.axes(
                &Axis { scale: x, name: &curve.x_label },
                &Axis { scale: y, name: &curve.y_label },
            ),
            group(lines),
        ],
    }
}

/// Both scales of a chart, before their place is known.
struct Scales {
    x: Scale,
    y: Scale,
}

impl Scales {
    fn new(curve: &Curve) -> Self {
        let points = || curve.series.iter().flat_map(|series| trace::finite(&series.points));
        let values = || points().map(|(_, y)| y);
        Self {
            x: Scale::fit(points().map(|(x, _)| x), Spacing::Linear, Margin::Tight, 8),
            y: Scale::fit(values(), Spacing::suited_to(values()), Margin::Ticks, 5),
        }
    }

    /// Room for the vertical axis' tick labels.
    fn label_width(&self) -> f64 {
        let widths = self.y.ticks().into_iter();
        widths.map(|tick| crate::svg::text_width(&tick.label, Size::Small)).fold(16.0, f64::max)
    }
}

fn line(series: &Series, ink: Ink, x: &Scale, y: &Scale, unit: &str) -> Element {
    let place = |(px, py): (f64, f64)| (x.at(px), y.at(py));
    let count = series.points.len();
    match Trace::new(&series.points) {
        Trace::Exact(runs) => {
            let mut path = Path::default();
            for run in &runs {
                path.polyline(run.iter().copied().map(place));
            }
            let points = runs.iter().flatten().copied().filter(|_| count <= TOOLTIP_POINTS);
            let dots = points.map(|point| {
                let at = place(point);
                let tooltip = format!(
                    "{} · {unit} {} · {}",
                    series.label,
                    compact(point.0),
                    compact(point.1)
                );
                dot(at, ink, count).tooltip(&tooltip)
            });
            group([path.element().stroke(ink, 2.0)]).children(dots)
        }
        Trace::Banded(bins) => {
            let upper = bins.iter().map(|bin| place((bin.x, bin.high)));
            let lower = bins.iter().rev().map(|bin| place((bin.x, bin.low)));
            let band = Path::through(upper.chain(lower)).close().element();
            let mean = Path::through(bins.iter().map(|bin| place((bin.x, bin.mean)))).element();
            group([band.class("area").fill(ink).set("fill-opacity", 0.18), mean.stroke(ink, 2.0)])
        }
    }
}

/// Dot of a point: visible where points are few, only under the pointer where they are many.
fn dot(at: (f64, f64), ink: Ink, count: usize) -> Element {
    if count <= DOTTED_POINTS {
        Element::circle(at, 3.5).fill(ink).stroke(Ink::Surface, 1.5).class("dot")
    } else {
        Element::circle(at, 6.0).fill(ink).class("hit")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn curve(points: Vec<(f64, f64)>) -> Curve {
        Curve {
            name: "loss <train>".into(),
            series: vec![Series { label: "a & b".into(), points }],
            x_label: "epoch".into(),
            y_label: "MSE".into(),
        }
    }

    #[test]
    fn short_series_have_tooltips_and_escaped_names() {
        let svg = curve_svg(&curve(vec![(0.0, 1.0), (1.0, 0.5)]));
        assert!(svg.contains("loss &lt;train&gt;"));
        assert!(svg.contains("a &amp; b · epoch 1 · 0.5"));
    }

    #[test]
    fn long_series_stay_small() {
        let points = (0..200_000).map(|i| (f64::from(i), f64::from(i % 97))).collect();
        assert!(curve_svg(&curve(points)).len() < 40_000);
    }

    #[test]
    fn nothing_and_nothing_finite_still_draw() {
        for points in [vec![], vec![(0.0, f64::NAN)], vec![(1.0, 0.0)]] {
            let svg = curve_svg(&curve(points));
            assert!(svg.ends_with("</svg>\n") && !svg.contains("NaN"));
        }
    }
}
