//! Pixels that a person covers, in COCO's forms: box, run lengths, polygons.

use std::collections::BTreeMap;

use super::canvas::{Canvas, Owner};
use super::figure::PARTS;

/// Polygons keep corners that lie further than this from the line without them, in pixels.
const TOLERANCE: f64 = 0.8;
/// Specks of fewer pixels get no polygon.
const LEAST_AREA: f64 = 4.0;

/// The pixels of one person or crowd.
pub(super) struct Mask {
    pub width: usize,
    pub height: usize,
    covered: Vec<bool>,
}

/// A corner of a pixel: row, column.
type Corner = (usize, usize);

impl Mask {
    pub fn of(canvas: &Canvas, number: Owner) -> Self {
        let covered = canvas.owners.iter().map(|owner| owner / PARTS == number).collect();
        Self { width: canvas.width, height: canvas.height, covered }
    }

    /// Number of covered pixels.
    pub fn pixels(&self) -> usize {
        self.covered.iter().filter(|c| **c).count()
    }

    /// `[x, y, width, height]` around the covered pixels.
    pub fn bbox(&self) -> [f64; 4] {
        let (mut low, mut high) = ([usize::MAX; 2], [0; 2]);
        for (index, _) in self.covered.iter().enumerate().filter(|(_, c)| **c) {
            for (axis, value) in [index % self.width, index / self.width].into_iter().enumerate() {
                low[axis] = low[axis].min(value);
                high[axis] = high[axis].max(value + 1);
            }
        }
        let size = |axis: usize| high[axis].saturating_sub(low[axis]) as f64;
        [low[0].min(high[0]) as f64, low[1].min(high[1]) as f64, size(0), size(1)]
    }

    /// Lengths of runs down the columns, beginning with one that is not covered.
    pub fn runs(&self) -> Vec<u32> {
        let (mut runs, mut covered, mut length) = (Vec::new(), false, 0);
        for column in 0..self.width {
            for row in 0..self.height {
                if self.covered[row * self.width + column] != covered {
                    runs.push(length);
                    (covered, length) = (!covered, 0);
                }
                length += 1;
            }
        }
        runs.push(length);
        runs
    }

    /// Outer outlines `[x0, y0, x1, y1, ..]`, simplified; holes are left out, as in COCO.
    pub fn polygons(&self) -> Vec<Vec<f64>> {
        let mut edges = self.edges();
        let mut polygons = Vec::new();
        while let Some((&start, _)) = edges.first_key_value() {
            let outline = follow(&mut edges, start);
            // Outer outlines run clockwise, holes the other way round.
            if area(&outline) >= LEAST_AREA {
                let kept = simplify(&outline);
                polygons.push(kept.iter().flat_map(|&(y, x)| [x as f64, y as f64]).collect());
            }
        }
        polygons
    }

    /// Sides of covered pixels that border on others, by where they begin; clockwise.
    fn edges(&self) -> BTreeMap<Corner, Vec<Corner>> {
        let mut edges: BTreeMap<Corner, Vec<Corner>> = BTreeMap::new();
        for (index, _) in self.covered.iter().enumerate().filter(|(_, c)| **c) {
            let (row, column) = (index / self.width, index % self.width);
            let corners =
                [(row, column), (row, column + 1), (row + 1, column + 1), (row + 1, column)];
            let open = [
                row == 0 || !self.covered[index - self.width],
                column + 1 == self.width || !self.covered[index + 1],
                row + 1 == self.height || !self.covered[index + self.width],
                column == 0 || !self.covered[index - 1],
            ];
            for side in (0..4).filter(|side| open[*side]) {
                edges.entry(corners[side]).or_default().push(corners[(side + 1) % 4]);
            }
        }
        edges
    }
}

/// Takes a closed outline out of the edges.
fn follow(edges: &mut BTreeMap<Corner, Vec<Corner>>, start: Corner) -> Vec<Corner> {
    let mut outline = vec![start];
    let mut at = start;
    while let Some(ends) = edges.get_mut(&at) {
        let next = ends.pop().expect("entries without ends are removed");
        if ends.is_empty() {
            edges.remove(&at);
        }
        if next == start {
            break;
        }
        outline.push(next);
        at = next;
    }
    outline
}

/// Signed area, positive for clockwise outlines.
fn area(outline: &[Corner]) -> f64 {
    let next = outline.iter().cycle().skip(1);
    let doubled: f64 = outline
        .iter()
        .zip(next)
        .map(|(a, b)| a.1 as f64 * b.0 as f64 - b.1 as f64 * a.0 as f64)
        .sum();
    doubled / 2.0
}

/// Leaves out corners close to the line without them (Douglas and Peucker).
fn simplify(outline: &[Corner]) -> Vec<Corner> {
    let middle = outline.len() / 2;
    let mut closed = outline.to_vec();
    closed.push(outline[0]);
    let mut kept = vec![outline[0]];
    keep_between(&closed[..=middle], &mut kept);
    keep_between(&closed[middle..], &mut kept);
    kept.pop();
    kept
}

/// Adds the corners after the first that matter.
fn keep_between(line: &[Corner], kept: &mut Vec<Corner>) {
    let last = line.len() - 1;
    let furthest = (1..last)
        .map(|i| (i, distance(line[i], line[0], line[last])))
        .max_by(|a, b| a.1.total_cmp(&b.1));
    match furthest {
        Some((split, distance)) if distance > TOLERANCE => {
            keep_between(&line[..=split], kept);
            keep_between(&line[split..], kept);
        }
        _ => kept.push(line[last]),
    }
}

/// Distance of a corner from the line through two others.
fn distance(p: Corner, a: Corner, b: Corner) -> f64 {
    let point = |c: Corner| [c.1 as f64, c.0 as f64];
    let (p, a, b) = (point(p), point(a), point(b));
    let (dx, dy) = (b[0] - a[0], b[1] - a[1]);
    let (px, py) = (p[0] - a[0], p[1] - a[1]);
    let length = dx.hypot(dy);
    if length == 0.0 { px.hypot(py) } else { (px * dy - py * dx).abs() / length }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mask(rows: &[&str]) -> Mask {
        let covered = rows.iter().flat_map(|row| row.chars().map(|c| c == '#')).collect();
        Mask { width: rows[0].len(), height: rows.len(), covered }
    }

    #[test]
    #[expect(clippy::float_cmp, reason = "whole pixels are exact")]
    fn rectangle_is_four_corners() {
        let mask = mask(&["......", ".####.", ".####.", "......"]);
        assert_eq!(mask.bbox(), [1.0, 1.0, 4.0, 2.0]);
        assert_eq!(mask.runs(), [5, 2, 2, 2, 2, 2, 2, 2, 5]);
        assert_eq!(mask.polygons(), [[1.0, 1.0, 5.0, 1.0, 5.0, 3.0, 1.0, 3.0]]);
    }

    #[test]
    fn holes_and_specks_are_left_out() {
        let mask = mask(&["#####.", "#...#.", "#...#.", "#####.", "......", ".....#"]);
        assert_eq!(mask.polygons(), [[0.0, 0.0, 5.0, 0.0, 5.0, 4.0, 0.0, 4.0]]);
    }
}
