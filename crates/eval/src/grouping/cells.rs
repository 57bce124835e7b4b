//! Extremes of each cell of a map: bounds that let a search skip most pixels.

use std::ops::Range;

/// Rows and columns of a cell.
pub(super) const SIDE: usize = 8;
/// Sums that are kept apart, for several to be added at once.
const LANES: usize = 32;

/// Division of a map into cells, `[down, across]`; those at the far borders may be smaller.
#[derive(Debug, Clone, Copy)]
pub(super) struct Grid {
    pub height: usize,
    pub width: usize,
}

impl Grid {
    fn across(self) -> usize {
        self.width.div_ceil(SIDE)
    }

    /// Rows and columns of a cell.
    pub fn pixels(self, cell: usize) -> (Range<usize>, Range<usize>) {
        let (top, left) = (cell / self.across() * SIDE, cell % self.across() * SIDE);
        (top..(top + SIDE).min(self.height), left..(left + SIDE).min(self.width))
    }
}

/// Lowest and highest values of each channel, by cell.
#[derive(Debug)]
pub(super) struct Extremes<const C: usize> {
    pub low: [Vec<f32>; C],
    pub high: [Vec<f32>; C],
    /// Where this is true all values are finite; where it is not, they may be.
    pub finite: bool,
}

impl<const C: usize> Extremes<C> {
    /// Of a map `[height, width, C]`.
    ///
    /// The rows of a band of cells are compared by column, all of them at once, then the columns
    /// of each cell; both run on several values at a time.
    pub fn of(map: &[f32], grid: Grid) -> Self {
        let stride = grid.width * C;
        let padded = grid.across() * SIDE * C;
        let (mut low, mut high) = (vec![0.0; padded], vec![0.0; padded]);
        let cells = padded / (SIDE * C) * grid.height.div_ceil(SIDE);
        let none = || std::array::from_fn(|_| Vec::with_capacity(cells));
        let mut extremes = Self { low: none(), high: none(), finite: true };
        for band in map.chunks(SIDE * stride) {
            extremes.finite &= finite(band);
            low.fill(f32::INFINITY);
            high.fill(f32::NEG_INFINITY);
            compare_rows(band, &mut low[..stride], &mut high[..stride]);
            compare_columns(&mut low, &mut extremes.low, smaller);
            compare_columns(&mut high, &mut extremes.high, larger);
        }
        extremes
    }
}

/// Whether a sum is finite, which it only is if all values are.
fn finite(values: &[f32]) -> bool {
    let mut sums = [0.0; LANES];
    let (chunks, rest) = values.as_chunks::<LANES>();
    for chunk in chunks {
        sums.iter_mut().zip(chunk).for_each(|(sum, value)| *sum += value);
    }
    sums.iter().chain(rest).sum::<f32>().is_finite()
}

/// Extremes of each column over the rows of a band, at most a cell's.
fn compare_rows(band: &[f32], low: &mut [f32], high: &mut [f32]) {
    let stride = low.len();
    let high = &mut high[..stride];
    // The last row stands in for missing ones, which leaves extremes unchanged.
    let last = band.len() / stride - 1;
    let row = |row: usize| &band[row.min(last) * stride..][..stride];
    let rows: [&[f32]; SIDE] = std::array::from_fn(row);
    for i in 0..stride {
        let values: [f32; SIDE] = std::array::from_fn(|row| rows[row][i]);
        low[i] = fold(values, smaller);
        high[i] = fold(values, larger);
    }
}

#[inline]
fn fold([a, b, c, d, e, f, g, h]: [f32; SIDE], pick: impl Fn(f32, f32) -> f32) -> f32 {
    pick(pick(pick(a, b), pick(c, d)), pick(pick(e, f), pick(g, h)))
}

/// Appends one value by channel of each cell's columns, whose channels alternate; the columns are
/// overwritten.
fn compare_columns<const C: usize>(
    columns: &mut [f32],
    lists: &mut [Vec<f32>; C],
    pick: impl Fn(f32, f32) -> f32,
) {
    for cell in columns.chunks_exact_mut(SIDE * C) {
        for half in [SIDE / 2 * C, SIDE / 4 * C, C] {
            for i in 0..half {
                cell[i] = pick(cell[i], cell[i + half]);
            }
        }
    }
    for cell in columns.chunks_exact(SIDE * C) {
        lists.iter_mut().zip(cell).for_each(|(list, &value)| list.push(value));
    }
}

fn smaller(a: f32, b: f32) -> f32 {
    if b < a { b } else { a }
}

fn larger(a: f32, b: f32) -> f32 {
    if b > a { b } else { a }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn extremes_are_those_of_each_cell(
            (height, width, map) in (1usize..30, 1usize..40).prop_flat_map(|(h, w)| {
                (Just(h), Just(w), prop::collection::vec(-9f32..9.0, 2 * h * w))
            }),
        ) {
            let grid = Grid { height, width };
            let extremes = Extremes::<2>::of(&map, grid);
            let cells = height.div_ceil(SIDE) * width.div_ceil(SIDE);
            for channel in 0..2 {
                prop_assert_eq!(extremes.low[channel].len(), cells);
                for cell in 0..cells {
                    let (rows, columns) = grid.pixels(cell);
                    let values = rows.flat_map(|y| columns.clone().map(move |x| y * width + x));
                    let values: Vec<f32> = values.map(|pixel| map[2 * pixel + channel]).collect();
                    let low = values.iter().copied().fold(f32::INFINITY, f32::min);
                    let high = values.iter().copied().fold(f32::NEG_INFINITY, f32::max);
                    prop_assert_eq!(extremes.low[channel][cell].to_bits(), low.to_bits());
                    prop_assert_eq!(extremes.high[channel][cell].to_bits(), high.to_bits());
                }
            }
            prop_assert!(extremes.finite);
        }

        #[test]
        fn one_value_that_is_no_number_is_noticed(
            at in 0usize..700,
            value in prop::sample::select(&[f32::NAN, f32::INFINITY, f32::NEG_INFINITY][..]),
        ) {
            let mut map = vec![0.5; 700];
            map[at] = value;
            let extremes = Extremes::<1>::of(&map, Grid { height: 20, width: 35 });
            prop_assert!(!extremes.finite);
        }
    }
}
