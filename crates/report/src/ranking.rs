//! Scatter plot of two scores of the same networks: with shared weights, and with weights of their own.

use crate::plot::{Axis, Frame, Margin, Scale, Spacing, compact};
use crate::svg::{Anchor, Drawing, Element, Size, group, label, text_width};
use crate::theme::{Ink, RAMP_STEPS};

/// Size of the picture in user units.
const WIDTH: f64 = 760.0;
const HEIGHT: f64 = 560.0;
const DOT: f64 = 5.0;

/// Networks with two scores.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct RankingPlot {
    /// Networks; those with a value that is not finite are left out of the picture.
    pub points: Vec<RankedNet>,
    /// Name of the score, e.g. `AP`.
    pub score_label: String,
    /// Line below the title: the correlation.
    pub subtitle: String,
}

/// One network.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct RankedNet {
    /// Id of the architecture.
    pub id: String,
    /// Score with the weights of the supernet.
    pub shared: f64,
    /// Score with weights of its own.
    pub alone: f64,
    /// Cost in 10^9 multiply-accumulates, which the colour shows.
    pub gmacs: f64,
}

/// Draws the plot as an SVG file.
pub fn ranking_svg(plot: &RankingPlot) -> String {
    draw(plot).standalone()
}

pub(crate) fn draw(plot: &RankingPlot) -> Drawing {
    let is_finite = |net: &&RankedNet| net.shared.is_finite() && net.alone.is_finite();
    let nets: Vec<&RankedNet> = plot.points.iter().filter(is_finite).collect();
    let shared = || nets.iter().map(|net| net.shared);
    let alone = || nets.iter().map(|net| net.alone);
    let x = Scale::fit(shared(), Spacing::Linear, Margin::Share(0.06), 8);
    let y = Scale::fit(alone(), Spacing::Linear, Margin::Share(0.06), 7);
    let labels = y.ticks().into_iter().map(|tick| text_width(&tick.label, Size::Small));
    let left = 22.0 + labels.fold(16.0, f64::max);
    let frame = Frame { left, right: WIDTH - 22.0, top: 98.0, bottom: HEIGHT - 52.0 };
    let (x, y) = (x.over(frame.left, frame.right), y.over(frame.bottom, frame.top));
    let costs = nets.iter().map(|net| net.gmacs);
    let (low, high) = (costs.clone().fold(f64::MAX, f64::min), costs.fold(f64::MIN, f64::max));
    let dots = nets.iter().map(|net| {
        let share = if high > low { (net.gmacs - low) / (high - low) } else { 1.0 };
        let step = (share * (RAMP_STEPS - 1) as f64).round() as usize;
        dot(net, step, (x.at(net.shared), y.at(net.alone)), &plot.score_label)
    });
    let dots = group(dots);
    let names = [
        format!("{} with shared weights", plot.score_label),
        format!("{} with weights of its own", plot.score_label),
    ];
    let title = "Ranking by the supernet, and alone".to_owned();
    let content = vec![
        label(&title, (16.0, 28.0), Size::Title, Anchor::Start, Ink::Text),
        label(&plot.subtitle, (16.0, 50.0), Size::Small, Anchor::Start, Ink::Muted),
        label(
            "darker: more multiply-accumulates",
            (WIDTH - 22.0, 50.0),
            Size::Small,
            Anchor::End,
            Ink::Muted,
        ),
        frame.axes(&Axis { scale: x, name: &names[0] }, &Axis { scale: y, name: &names[1] }),
        dots,
    ];
    Drawing { width: WIDTH, height: HEIGHT, description: title, content }
}

fn dot(net: &RankedNet, step: usize, at: (f64, f64), label: &str) -> Element {
    let RankedNet { id, shared, alone, gmacs } = net;
    let [shared, alone, gmacs] = [*shared, *alone, *gmacs].map(compact);
    let text = format!("{id} · {label} {shared} shared, {alone} alone · {gmacs} GMACs");
    Element::circle(at, DOT).fill(Ink::Ramp(step)).stroke(Ink::Surface, 1.2).tooltip(&text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_network_is_a_dot_with_its_figures() {
        let net = |id: &str, shared, alone| RankedNet { id: id.into(), shared, alone, gmacs: 1.0 };
        let points = vec![net("a", 0.1, 0.2), net("b", 0.3, 0.1), net("c", f64::NAN, 0.1)];
        let plot = RankingPlot { points, score_label: "AP".into(), subtitle: "tau 0.5".into() };
        let svg = ranking_svg(&plot);
        assert_eq!(svg.matches("<circle").count(), 2);
        assert!(svg.contains("<title>a · AP") && svg.contains("tau 0.5") && !svg.contains("NaN"));
        assert!(ranking_svg(&RankingPlot::default()).ends_with("</svg>\n"));
    }
}
