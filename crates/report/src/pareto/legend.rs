//! Legend of a search plot: the colours of the generations, the front, the number of candidates.

use crate::svg::{Anchor, Element, Size, group, label, text_width};
use crate::theme::{Ink, RAMP_STEPS};

const CELL: f64 = 13.0;
const GAP: f64 = 7.0;
const SEPARATION: f64 = 24.0;

/// Draws the legend with its right end and baseline at `end`.
pub(super) fn draw(end: (f64, f64), generations: usize, candidates: usize) -> Element {
    let mut row = Row { right: end.0, baseline: end.1, entries: Vec::new() };
    row.text(&format!("{candidates} candidates"));
    row.right -= SEPARATION;
    if generations > 0 {
        row.text(&generations.to_string());
        row.ramp(generations);
        row.text("generation 0");
        row.right -= SEPARATION;
    }
    row.text("Pareto front");
    row.front();
    group(row.entries)
}

/// Step of the colour ramp for a generation.
pub(super) fn ramp_step(generation: usize, generations: usize) -> usize {
    (generation * (RAMP_STEPS - 1)) / generations.max(1)
}

/// Entries placed from right to left.
struct Row {
    right: f64,
    baseline: f64,
    entries: Vec<Element>,
}

impl Row {
    fn text(&mut self, text: &str) {
        let at = (self.right, self.baseline);
        self.entries.push(label(text, at, Size::Small, Anchor::End, Ink::Muted));
        self.right -= text_width(text, Size::Small) + GAP;
    }

    fn ramp(&mut self, generations: usize) {
        let mut steps: Vec<_> = (0..=generations).map(|g| ramp_step(g, generations)).collect();
        steps.dedup();
        debug_assert!(steps.len() <= RAMP_STEPS);
        for step in steps.into_iter().rev() {
            self.right -= CELL;
            let corner = (self.right, self.baseline - 10.0);
            self.entries.push(Element::rect(corner, (CELL, 11.0)).fill(Ink::Ramp(step)));
        }
        self.right -= GAP;
    }

    fn front(&mut self) {
        let middle = self.baseline - 4.0;
        let line = Element::line((self.right - 24.0, middle), (self.right, middle));
        self.entries.push(line.stroke(Ink::Accent, 1.8));
        let dot = Element::circle((self.right - 12.0, middle), 4.6).fill(Ink::Accent);
        self.entries.push(dot.stroke(Ink::Surface, 1.5));
        self.right -= 24.0 + GAP;
    }
}
