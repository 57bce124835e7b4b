//! Frame of a chart: rectangle of the data, grid, ticks and axis names.

use super::scale::Scale;
use crate::svg::{Anchor, Element, Size, group, label};
use crate::theme::Ink;

/// Gap between ticks' text and the axis.
const TICK_GAP: f64 = 8.0;
/// Distance of the horizontal axis' name from its axis.
const NAME_DROP: f64 = 38.0;

/// Rectangle of the data, in user units.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Frame {
    pub(crate) left: f64,
    pub(crate) right: f64,
    pub(crate) top: f64,
    pub(crate) bottom: f64,
}

/// Scale of an axis and the name of its quantity.
pub(crate) struct Axis<'a> {
    pub(crate) scale: Scale,
    pub(crate) name: &'a str,
}

impl Frame {
    /// Draws grid, ticks and names. The vertical axis is named above its top, where it reads
    /// without turning the head; the horizontal one at its right end.
    pub(crate) fn axes(&self, x: &Axis<'_>, y: &Axis<'_>) -> Element {
        let base = Element::line((self.left, self.bottom), (self.right, self.bottom));
        let y_name = (self.left, self.top - 14.0);
        let x_name = (self.right, self.bottom + NAME_DROP);
        group(self.rows(&y.scale).into_iter().chain(self.columns(&x.scale)))
            .child(base.stroke(Ink::Rule, 1.0))
            .child(label(y.name, y_name, Size::Small, Anchor::Start, Ink::Muted))
            .child(label(x.name, x_name, Size::Small, Anchor::End, Ink::Muted))
    }

    fn rows(&self, scale: &Scale) -> Vec<Element> {
        let row = |tick: super::scale::Tick| {
            let line = Element::line((self.left, tick.position), (self.right, tick.position));
            let at = (self.left - TICK_GAP, tick.position + 4.0);
            [
                line.stroke(Ink::Grid, 1.0),
                label(&tick.label, at, Size::Small, Anchor::End, Ink::Muted),
            ]
        };
        scale.ticks().into_iter().flat_map(row).collect()
    }

    fn columns(&self, scale: &Scale) -> Vec<Element> {
        let column = |tick: super::scale::Tick| {
            let line =
                Element::line((tick.position, self.bottom), (tick.position, self.bottom + 4.0));
            let at = (tick.position, self.bottom + 18.0);
            [
                line.stroke(Ink::Rule, 1.0),
                label(&tick.label, at, Size::Small, Anchor::Middle, Ink::Muted),
            ]
        };
        scale.ticks().into_iter().flat_map(column).collect()
    }
}
