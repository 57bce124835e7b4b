//! Scores of one picture along the lines of its labels.

use crate::cpu::memory::Buffer;
use crate::interpolation::Position;

/// Pixels of a line that are computed together, in as many lanes as vectors have.
pub(super) const BLOCK: usize = 32;

/// Values of a block.
pub(super) type Block = [f32; BLOCK];

/// Scores of one picture, interpolated along its rows; of these, the two that a line lies between.
pub(super) struct Wide<'a> {
    /// `[classes, height, width]`.
    scores: &'a [f32],
    /// Height and width.
    size: [usize; 2],
    columns: &'a [Position],
    /// `[classes, stride]` each, with the row of the picture that it is.
    rows: [(Option<usize>, Buffer); 2],
    pub classes: usize,
}

/// Columns of a line in whole blocks.
fn stride(columns: &[Position]) -> usize {
    columns.len().next_multiple_of(BLOCK)
}

impl<'a> Wide<'a> {
    pub fn new(
        scores: &'a [f32],
        classes: usize,
        size: [usize; 2],
        columns: &'a [Position],
    ) -> Self {
        // Zeros beyond the last column stay: blocks there are computed in full.
        let row = || (None, Buffer::<f32>::zeros(classes * stride(columns)));
        Self { scores, size, columns, rows: [row(), row()], classes }
    }

    /// The two rows that a line lies between, `[classes, stride]` each.
    #[inline(always)]
    pub fn between(&mut self, row: Position) -> [&[f32]; 2] {
        let slots = [row.low % 2, row.high % 2];
        for (slot, row) in slots.into_iter().zip([row.low, row.high]) {
            if self.rows[slot].0 != Some(row) {
                self.widen(slot, row);
            }
        }
        slots.map(|slot| self.rows[slot].1.as_slice())
    }

    #[inline(always)]
    fn widen(&mut self, slot: usize, row: usize) {
        let ([height, width], stride) = (self.size, stride(self.columns));
        let (is, buffer) = &mut self.rows[slot];
        *is = Some(row);
        for (class, to) in buffer.as_mut_slice().chunks_exact_mut(stride).enumerate() {
            let from = &self.scores[(class * height + row) * width..][..width];
            for (value, at) in to.iter_mut().zip(self.columns) {
                *value = (1.0 - at.fraction) * from[at.low] + at.fraction * from[at.high];
            }
        }
    }
}

/// Scores of a block of a line, one class after the other.
#[inline(always)]
pub(super) fn mix(rows: [&[f32]; 2], fraction: f32, start: usize, stride: usize, to: &mut [Block]) {
    for (class, to) in to.iter_mut().enumerate() {
        let [low, high] = rows.map(|row| block(&row[class * stride + start..]));
        for (value, (low, high)) in to.iter_mut().zip(low.iter().zip(high)) {
            *value = (1.0 - fraction) * low + fraction * high;
        }
    }
}

/// The block at the start of values.
#[inline(always)]
fn block(values: &[f32]) -> &Block {
    values.first_chunk().expect("lines are whole blocks")
}
