//! Header and legend of an architecture's picture: id and figures above, the legend below.

use super::layout::{BLOCK, Layout};
use crate::svg::{Anchor, Element, Path, Size, group, label, text_width};
use crate::theme::Ink;

const BASELINE: f64 = 30.0;
/// Distance of the legend from the lower edge.
const LEGEND: f64 = 14.0;

pub(super) fn draw(id: &str, stats: &[(String, String)], layout: &Layout) -> Element {
    let title = label(id, (16.0, BASELINE), Size::Title, Anchor::Start, Ink::Text);
    let mut x = 16.0 + text_width(id, Size::Title) + 34.0;
    let mut header = group([title]);
    for (name, value) in stats {
        let value_text = Element::new("tspan").class("strong").fill(Ink::Text).text(value);
        let text = label(name, (x, BASELINE), Size::Body, Anchor::Start, Ink::Muted);
        header = header.child(text.text(" ").child(value_text));
        x += text_width(&format!("{name} {value}"), Size::Body) + 18.0;
    }
    header.child(legend((layout.width - 16.0, layout.height - LEGEND)))
}

/// Legend of the marks, from right to left at the lower edge: a small space is too narrow for
/// header and legend side by side.
fn legend((right, baseline): (f64, f64)) -> Element {
    let entries = [
        ("no effect", Mark::Faded),
        ("to coarser", Mark::Down),
        ("to finer", Mark::Up),
        ("block", Mark::Block),
    ];
    let mut x = right;
    let mut elements = Vec::new();
    for (text, mark) in entries {
        elements.push(label(text, (x, baseline), Size::Small, Anchor::End, Ink::Muted));
        x -= text_width(text, Size::Small) + 6.0 + BLOCK;
        elements.push(mark.draw((x, baseline - 10.0)));
        x -= 16.0;
    }
    group(elements)
}

enum Mark {
    Block,
    Up,
    Down,
    Faded,
}

impl Mark {
    /// Draws the mark in a box of one block with its upper left corner at `at`.
    fn draw(&self, (x, y): (f64, f64)) -> Element {
        let curve = |from: f64, to: f64, ink| {
            Path::ribbon((x, y + from), (x + BLOCK, y + to), 0.6).element().stroke(ink, 1.8)
        };
        let block = || Element::rect((x, y), (BLOCK, BLOCK)).set("rx", 2.5).fill(Ink::Branch(0));
        match self {
            Self::Block => block(),
            Self::Up => curve(BLOCK, 0.0, Ink::Up),
            Self::Down => curve(0.0, BLOCK, Ink::Down),
            Self::Faded => block().class("faded"),
        }
    }
}
