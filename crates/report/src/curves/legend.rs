//! Legend of a line chart: colour, name and last value of every series, wrapped into rows.

use super::curve::Series;
use super::trace::Trace;
use crate::plot::compact;
use crate::svg::{Anchor, Element, Size, group, label, text_width};
use crate::theme::Ink;

const ROW: f64 = 19.0;
const SWATCH: f64 = 14.0;
const GAP: f64 = 18.0;

/// Draws the legend with its first baseline at `origin`; also returns the height of the rows after
/// the first.
pub(super) fn draw(series: &[Series], origin: (f64, f64), width: f64) -> (Element, f64) {
    let mut at = origin;
    let mut entries = Vec::new();
    for (index, series) in series.iter().enumerate() {
        let entry_width = width_of(series);
        if at.0 > origin.0 && at.0 + entry_width > origin.0 + width {
            at = (origin.0, at.1 + ROW);
        }
        entries.push(entry(series, Ink::Series(index), at));
        at.0 += entry_width + GAP;
    }
    (group(entries), at.1 - origin.1)
}

fn entry(series: &Series, ink: Ink, at: (f64, f64)) -> Element {
    let middle = at.1 - 4.0;
    let swatch = Element::line((at.0 + 1.0, middle), (at.0 + SWATCH - 1.0, middle));
    let name_at = at.0 + SWATCH + 6.0;
    let name = label(&series.label, (name_at, at.1), Size::Small, Anchor::Start, Ink::Muted);
    let entry = group([swatch.stroke(ink, 3.0)]);
    match last_value(series) {
        Some(value) => {
            let value = Element::new("tspan").class("strong").fill(Ink::Text).text(&value);
            entry.child(name.text(" ").child(value))
        }
        None => entry.child(name),
    }
}

fn width_of(series: &Series) -> f64 {
    let value = last_value(series).unwrap_or_default();
    SWATCH + 6.0 + text_width(&format!("{} {value}", series.label), Size::Small)
}

/// Last value as drawn: of a summarised series the mean of its last span.
fn last_value(series: &Series) -> Option<String> {
    let last = match Trace::new(&series.points) {
        Trace::Exact(runs) => runs.last()?.last()?.1,
        Trace::Banded(bins) => bins.last()?.mean,
    };
    Some(compact(last))
}
