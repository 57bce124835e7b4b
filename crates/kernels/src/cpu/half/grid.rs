//! Where the input pixels of a sweep lie after they were copied: with margins, so that a tap is a distance.
//!
//! Output `j` of a row reads input `step·j + offset`, and `offset = step·shift + phase`: among the pixels of one phase,
//! neighbours of outputs are neighbours. Rows have a common pitch, so that the distance of a tap does not depend on the
//! output. Positions between the outputs of two rows are computed, too, and thrown away.

use std::ops::Range;

use crate::cpu::conv::sweep::{Sweep, Tap};
use crate::cpu::maps::Extent;
use crate::cpu::simd::TILE;

/// Layout of copied pixels.
pub(super) struct Grid {
    from: Extent,
    /// Outputs per row.
    pub width: usize,
    /// Rows of outputs per picture.
    height: usize,
    step: usize,
    /// Positions from one row to the next.
    pub pitch: usize,
    /// Rows above the first output's, and below the last one's.
    rows: [usize; 2],
    /// Positions left of the first output's, and right of the last one's.
    columns: [usize; 2],
    /// Phases that taps read: row, column.
    pub phases: Vec<[usize; 2]>,
    taps: Vec<Place>,
}

/// Phase and shift of a tap.
#[derive(Clone, Copy)]
struct Place {
    phase: usize,
    shift: [isize; 2],
}

/// Rows of outputs of one picture that a task computes.
#[derive(Debug, Clone)]
pub(super) struct Segment {
    pub picture: usize,
    pub lines: Range<usize>,
    /// Row of the grid at which its margin starts.
    pub row: usize,
}

/// Positions of a row that have one source: pixels one `step` after the other, or zeros.
#[derive(Debug, Clone, Copy)]
pub(super) struct Run {
    pub position: usize,
    pub count: usize,
    /// First pixel.
    pub pixel: Option<usize>,
}

impl Grid {
    pub fn new(sweep: &Sweep, from: Extent) -> Self {
        let step = sweep.source_step;
        let split = |tap: &Tap| {
            let whole = step as isize;
            let phase = [tap.y, tap.x].map(|offset| offset.rem_euclid(whole) as usize);
            (phase, [tap.y, tap.x].map(|offset| offset.div_euclid(whole)))
        };
        let mut phases: Vec<[usize; 2]> = sweep.taps.iter().map(|tap| split(tap).0).collect();
        phases.sort_unstable();
        phases.dedup();
        let place = |tap: &Tap| {
            let (phase, shift) = split(tap);
            let phase = phases.binary_search(&phase).expect("every tap's phase was collected");
            Place { phase, shift }
        };
        let taps: Vec<Place> = sweep.taps.iter().map(place).collect();
        let margins = |axis: usize| {
            let shifts = || taps.iter().map(|tap| tap.shift[axis]);
            let before = shifts().min().unwrap_or(0).min(0).unsigned_abs();
            [before, shifts().max().unwrap_or(0).max(0).unsigned_abs()]
        };
        let (rows, columns, [height, width]) = (margins(0), margins(1), sweep.count);
        // Margins of two rows are one where both are outside of the input; before its start they always are.
        let first = phases.iter().map(|phase| phase[1]).min().unwrap_or(0);
        let outside = width * step + first >= from.width;
        let margin = if outside { columns[0].max(columns[1]) } else { columns[0] + columns[1] };
        let pitch = width + margin;
        Self { from, width, height, step, pitch, rows, columns, phases, taps }
    }

    pub fn channels(&self) -> usize {
        self.from.channels
    }

    /// The first pixel of segments whose positions are the pixels of the maps, one after the other, as far as blocks reach.
    pub fn plain(&self, segments: &[Segment]) -> Option<usize> {
        let is_point = self.taps.len() == 1 && self.taps[0].shift == [0, 0] && self.step == 1;
        if !is_point || self.width != self.from.width || self.height != self.from.height {
            return None;
        }
        let (first, last) = (segments.first()?, segments.last()?);
        let pixel = (first.picture * self.height + first.lines.start) * self.width;
        let end = pixel + self.first(last) + self.outputs(last).next_multiple_of(TILE);
        (end <= self.from.pixels()).then_some(pixel)
    }

    /// Pixels from one position's to the next one's.
    pub fn pixel_step(&self) -> usize {
        self.step
    }

    /// Lines of outputs, counted over all pictures, by picture.
    pub fn segments(&self, lines: Range<usize>) -> Vec<Segment> {
        let mut segments = Vec::new();
        let (mut line, mut row) = (lines.start, 0);
        while line < lines.end {
            let (picture, first) = (line / self.height, line % self.height);
            let last = self.height.min(first + lines.end - line);
            segments.push(Segment { picture, lines: first..last, row });
            line += last - first;
            row += last - first + self.rows[0] + self.rows[1];
        }
        segments
    }

    /// Positions of the outputs of segments, those between them included.
    pub fn positions(&self, segments: &[Segment]) -> usize {
        segments.last().map_or(0, |last| self.first(last) + self.outputs(last))
    }

    /// Position of a segment's first output.
    pub fn first(&self, segment: &Segment) -> usize {
        segment.row * self.pitch
    }

    /// Positions from a segment's first output to its last.
    pub fn outputs(&self, segment: &Segment) -> usize {
        (segment.lines.len() * self.pitch).saturating_sub(self.pitch - self.width)
    }

    /// Positions that taps reach beyond those of outputs.
    pub fn reach(&self) -> usize {
        (self.rows[0] + self.rows[1]) * self.pitch + self.columns[0] + self.columns[1]
    }

    /// Distance from an output's position to the pixel that each tap reads, where a phase takes so many positions.
    pub fn distances(&self, phase_len: usize) -> Vec<usize> {
        let distance = |tap: &Place| {
            let [row, column] = [(self.rows[0], tap.shift[0]), (self.columns[0], tap.shift[1])]
                .map(|(margin, shift)| margin.strict_add_signed(shift));
            tap.phase * phase_len + row * self.pitch + column
        };
        self.taps.iter().map(distance).collect()
    }

    /// Sources of all positions of a phase, in order.
    pub fn runs(&self, segments: &[Segment], phase: usize) -> Vec<Run> {
        let mut runs = Vec::new();
        for segment in segments {
            let rows = segment.lines.len() + self.rows[0] + self.rows[1];
            for row in 0..rows {
                let line = (segment.lines.start + row) as isize - self.rows[0] as isize;
                self.row(segment, segment.row + row, line, phase, &mut runs);
            }
        }
        runs
    }

    /// Sources of one row of the grid, which belongs to this line of outputs.
    fn row(&self, segment: &Segment, row: usize, line: isize, phase: usize, runs: &mut Vec<Run>) {
        let [py, px] = self.phases[phase];
        let [left, right] = self.columns;
        let (start, len) = (row * self.pitch, left + self.width + right);
        let y = usize::try_from(line * self.step as isize + py as isize).ok();
        let Some(y) = y.filter(|&y| y < self.from.height) else {
            runs.push(Run { position: start, count: len, pixel: None });
            return;
        };
        // Columns before the first are outside of the input.
        let inside = self.from.width.saturating_sub(px).div_ceil(self.step).min(self.width + right);
        let pixel = (segment.picture * self.from.height + y) * self.from.width + px;
        let zeros = |position, count| Run { position, count, pixel: None };
        let all = [
            zeros(start, left),
            Run { position: start + left, count: inside, pixel: Some(pixel) },
            zeros(start + left + inside, len - left - inside),
        ];
        runs.extend(all.into_iter().filter(|run| run.count > 0));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cpu::conv::sweep;
    use crate::types::ConvGeometry;

    /// Every output's taps find their pixels, or zeros outside of the input.
    fn check(sweep: &Sweep, from: Extent, lines: Range<usize>) {
        let grid = Grid::new(sweep, from);
        let segments = grid.segments(lines.clone());
        let phase_len = grid.positions(&segments) + grid.reach();
        let mut pixels = vec![None; phase_len * grid.phases.len()];
        for phase in 0..grid.phases.len() {
            for run in grid.runs(&segments, phase) {
                for index in 0..run.count {
                    let pixel = run.pixel.map(|pixel| pixel + index * grid.pixel_step());
                    pixels[phase * phase_len + run.position + index] = Some(pixel);
                }
            }
        }
        let distances = grid.distances(phase_len);
        let mut count = 0;
        for segment in &segments {
            for (row, line) in segment.lines.clone().enumerate() {
                for column in 0..grid.width {
                    count += 1;
                    let position = grid.first(segment) + row * grid.pitch + column;
                    assert!(position < grid.first(segment) + grid.outputs(segment));
                    for (tap, distance) in sweep.taps.iter().zip(&distances) {
                        let y = (sweep.source_step * line) as isize + tap.y;
                        let x = (sweep.source_step * column) as isize + tap.x;
                        let inside = (0..from.height as isize).contains(&y)
                            && (0..from.width as isize).contains(&x);
                        let want = inside.then(|| {
                            (segment.picture * from.height + y as usize) * from.width + x as usize
                        });
                        assert_eq!(pixels[position + distance], Some(want), "{sweep:?} {from:?}");
                    }
                }
            }
        }
        assert_eq!(count, lines.len() * grid.width);
    }

    #[test]
    fn taps_find_their_pixels() {
        for [height, width] in [[1, 1], [5, 4], [2, 7], [8, 6]] {
            let from = Extent { batch: 3, channels: 1, height, width };
            for (kernel, stride, padding) in [
                (1, 1, 0),
                (3, 1, 1),
                (3, 2, 1),
                (3, 1, 0),
                (1, 2, 0),
                (5, 3, 2),
                (4, 2, 1),
                (3, 1, 3),
            ] {
                let geometry = ConvGeometry { stride, padding };
                let output = [height, width].map(|n| sweep::output_size(n, kernel, geometry));
                let lines = from.batch * output[0];
                if output.contains(&0) {
                    continue;
                }
                let forward = sweep::forward(kernel, geometry, output);
                check(&forward, from, 0..lines);
                check(&forward, from, lines / 3..lines);
                let to = Extent { height: output[0], width: output[1], ..from };
                for sweep in sweep::backward(kernel, geometry, [height, width]) {
                    let lines = from.batch * sweep.count[0];
                    check(&sweep, to, lines / 4..lines);
                }
            }
        }
    }
}
