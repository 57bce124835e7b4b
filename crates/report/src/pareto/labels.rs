//! Labels beside chosen points, placed greedily so that they touch neither each other nor the data.

use crate::plot::Frame;
use crate::svg::{Anchor, Element, Size, group, label, text_width};
use crate::theme::Ink;

const HEIGHT: f64 = 15.0;
/// Distances from the point at which a label is tried, in user units, nearest first.
const DISTANCES: [f64; 5] = [10.0, 20.0, 32.0, 48.0, 66.0];
/// Directions in which a label is tried: above the front first, where nothing lies.
const DIRECTIONS: [(f64, f64); 8] = [
    (-0.7, -0.7),
    (0.0, -1.0),
    (0.7, -0.7),
    (-1.0, 0.0),
    (1.0, 0.0),
    (0.7, 0.7),
    (0.0, 1.0),
    (-0.7, 0.7),
];
/// Penalties: overlapping a label or leaving the frame, covering a point, distance per user unit.
const COLLISION: f64 = 1000.0;
const COVER: f64 = 12.0;
const FAR: f64 = 0.4;
/// Distance in user units beyond which a thin line leads to a label.
const LEADER_FROM: f64 = 16.0;

#[derive(Debug, Clone, Copy)]
struct Rect {
    left: f64,
    top: f64,
    width: f64,
}

impl Rect {
    fn overlaps(&self, other: &Self) -> bool {
        self.left < other.left + other.width
            && other.left < self.left + self.width
            && (self.top - other.top).abs() < HEIGHT
    }

    fn covers(&self, (x, y): (f64, f64)) -> bool {
        let reach = 3.0;
        (self.left - reach..self.left + self.width + reach).contains(&x)
            && (self.top - reach..self.top + HEIGHT + reach).contains(&y)
    }

    fn inside(&self, frame: &Frame) -> bool {
        self.left >= frame.left
            && self.left + self.width <= frame.right
            && self.top >= frame.top - HEIGHT
            && self.top + HEIGHT <= frame.bottom
    }

    /// Point of the rectangle nearest to `(x, y)`.
    fn nearest(&self, (x, y): (f64, f64)) -> (f64, f64) {
        (x.clamp(self.left, self.left + self.width), y.clamp(self.top, self.top + HEIGHT))
    }
}

/// Draws labels with their leaders; `points` are the positions of all candidates.
pub(super) fn draw(named: &[(&str, (f64, f64))], points: &[(f64, f64)], frame: &Frame) -> Element {
    let mut taken: Vec<Rect> = Vec::new();
    let mut elements = Vec::new();
    for (text, at) in named {
        let rect = place(text, *at, points, &taken, frame);
        let near = rect.nearest(*at);
        if (near.0 - at.0).hypot(near.1 - at.1) > LEADER_FROM {
            elements.push(Element::line(*at, near).stroke(Ink::Rule, 1.0));
        }
        let middle = (rect.left + rect.width / 2.0, rect.top + HEIGHT - 4.0);
        let name = label(text, middle, Size::Small, Anchor::Middle, Ink::Text);
        elements.push(name.class("strong halo").class(&format!("s-{}", Ink::Surface)));
        taken.push(rect);
    }
    group(elements)
}

fn place(text: &str, at: (f64, f64), points: &[(f64, f64)], taken: &[Rect], frame: &Frame) -> Rect {
    let width = text_width(text, Size::Small);
    let penalty = |(rect, distance): &(Rect, f64)| {
        let collisions = taken.iter().filter(|other| other.overlaps(rect)).count()
            + usize::from(!rect.inside(frame));
        let covered = points.iter().filter(|point| rect.covers(**point)).count();
        collisions as f64 * COLLISION + covered as f64 * COVER + distance * FAR
    };
    DISTANCES
        .into_iter()
        .flat_map(|distance| {
            DIRECTIONS.map(|direction| (beside(at, direction, distance, width), distance))
        })
        .min_by(|a, b| penalty(a).total_cmp(&penalty(b)))
        .map(|(rect, _)| rect)
        .expect("there are directions to try")
}

/// Rectangle whose side facing the point lies `distance` away in `direction`.
fn beside(at: (f64, f64), direction: (f64, f64), distance: f64, width: f64) -> Rect {
    let centre = (at.0 + direction.0 * distance, at.1 + direction.1 * distance);
    let shift = direction.0.clamp(-0.5, 0.5) * width;
    let rise = direction.1.clamp(-0.5, 0.5) * HEIGHT;
    Rect { left: centre.0 + shift - width / 2.0, top: centre.1 + rise - HEIGHT / 2.0, width }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_close_points_do_not_overlap() {
        let frame = Frame { left: 0.0, right: 400.0, top: 0.0, bottom: 200.0 };
        let points = [(100.0, 100.0), (103.0, 98.0), (106.0, 96.0), (109.0, 95.0)];
        let mut taken: Vec<Rect> = Vec::new();
        for at in points {
            let rect = place("3fa9c01b", at, &points, &taken, &frame);
            assert!(rect.inside(&frame));
            assert!(taken.iter().all(|other| !other.overlaps(&rect)));
            taken.push(rect);
        }
    }
}
