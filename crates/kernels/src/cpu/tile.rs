//! Register tiles: the innermost loops of every convolution.
//!
//! Two matrix products, both with the result in registers, two vectors wide:
//! - [`multiply`]: rows of pixels (one broadcast value at a time) times a packed weight panel;
//! - [`correlate`]: sums of outer products over pixels, for weight gradients.

#![expect(unsafe_code, unsafe_op_in_unsafe_fn, reason = "innermost loops on raw pointers")]

use std::ops::Range;

use super::simd::{Isa, Simd};

/// Vectors a weight panel is wide.
pub(crate) const PANEL_VECTORS: usize = 2;
/// Most rows of a register tile on any instruction set.
pub(crate) const MAX_ROWS: usize = 12;
/// Input channels that [`multiply`] unrolls: row pointers are reloaded once for that many.
const UNROLL: usize = 4;

/// Sums in registers: rows x vectors.
pub(crate) type Tile<S, const R: usize, const N: usize> = [[<S as Simd>::Vector; N]; R];

/// The largest row count that has an instance and fits.
#[inline(always)]
pub(crate) fn rows_that_fit<S: Simd>(left: usize) -> usize {
    let most = left.min(S::ROWS);
    match most {
        12.. => 12,
        8..12 => 8,
        6..8 => 6,
        4..6 => 4,
        2..4 => 2,
        _ => 1,
    }
}

/// Calls `$function::<S, ROWS, VECTORS>($arguments)` with both numbers as constants.
macro_rules! with_tile {
    ($rows:expr, $vectors:expr, $function:ident::<$s:ident>($($argument:expr),*)) => {
        match ($rows, $vectors) {
            (12, 2) => $function::<$s, 12, 2>($($argument),*),
            (8, 2) => $function::<$s, 8, 2>($($argument),*),
            (6, 2) => $function::<$s, 6, 2>($($argument),*),
            (4, 2) => $function::<$s, 4, 2>($($argument),*),
            (2, 2) => $function::<$s, 2, 2>($($argument),*),
            (_, 2) => $function::<$s, 1, 2>($($argument),*),
            (12, _) => $function::<$s, 12, 1>($($argument),*),
            (8, _) => $function::<$s, 8, 1>($($argument),*),
            (6, _) => $function::<$s, 6, 1>($($argument),*),
            (4, _) => $function::<$s, 4, 1>($($argument),*),
            (2, _) => $function::<$s, 2, 1>($($argument),*),
            _ => $function::<$s, 1, 1>($($argument),*),
        }
    };
}
pub(crate) use with_tile;

/// All zeros.
///
/// # Safety
/// The processor has the instructions of `S`.
#[inline(always)]
pub(crate) unsafe fn zeros<S: Simd, const R: usize, const N: usize>() -> Tile<S, R, N> {
    [[S::splat(0.0); N]; R]
}

/// `tile[r] += Σ_k rows[r][k] · panel[k]` for `depth` values of `k`.
///
/// # Safety
/// `rows` are readable for `depth` values, `panel` for `depth` x `N` vectors.
#[inline(always)]
pub(crate) unsafe fn multiply<S: Simd, const R: usize, const N: usize>(
    tile: &mut Tile<S, R, N>,
    rows: &[*const f32; R],
    panel: *const f32,
    depth: usize,
) {
    let mut k = 0;
    while k + UNROLL <= depth {
        for u in 0..UNROLL {
            step::<S, R, N>(tile, rows, panel, k + u);
        }
        k += UNROLL;
    }
    while k < depth {
        step::<S, R, N>(tile, rows, panel, k);
        k += 1;
    }
}

#[inline(always)]
unsafe fn step<S: Simd, const R: usize, const N: usize>(
    tile: &mut Tile<S, R, N>,
    rows: &[*const f32; R],
    panel: *const f32,
    k: usize,
) {
    let mut weights = [S::splat(0.0); N];
    for (v, weight) in weights.iter_mut().enumerate() {
        *weight = S::load(panel.add((k * N + v) * S::LANES));
    }
    for (sums, row) in tile.iter_mut().zip(rows) {
        let value = S::splat(*row.add(k));
        for (sum, weight) in sums.iter_mut().zip(weights) {
            *sum = S::mul_add(value, weight, *sum);
        }
    }
}

/// Pixels of one run: pointers to the first, and values from one pixel to the next.
#[derive(Clone, Copy)]
pub(crate) struct Run {
    pub left: *const f32,
    pub left_step: usize,
    pub right: *const f32,
    pub right_step: usize,
    pub pixels: usize,
}

/// `tile[r] += Σ_p left[p][r] · right[p]`; of the last vector only `tail` lanes are read.
///
/// # Safety
/// Every pixel is readable for `R` values on the left and for the lanes on the right.
#[inline(always)]
pub(crate) unsafe fn correlate<S: Simd, const R: usize, const N: usize>(
    tile: &mut Tile<S, R, N>,
    run: Run,
    tail: usize,
) {
    if tail == S::LANES {
        correlate_lanes::<S, R, N, false>(tile, run, tail);
    } else {
        correlate_lanes::<S, R, N, true>(tile, run, tail);
    }
}

#[inline(always)]
unsafe fn correlate_lanes<S: Simd, const R: usize, const N: usize, const PARTIAL: bool>(
    tile: &mut Tile<S, R, N>,
    run: Run,
    tail: usize,
) {
    let (mut left, mut right) = (run.left, run.right);
    for _ in 0..run.pixels {
        let mut values = [S::splat(0.0); N];
        for (v, value) in values.iter_mut().enumerate() {
            let from = right.add(v * S::LANES);
            *value = if PARTIAL && v + 1 == N { S::load_first(from, tail) } else { S::load(from) };
        }
        for (r, sums) in tile.iter_mut().enumerate() {
            let factor = S::splat(*left.add(r));
            for (sum, value) in sums.iter_mut().zip(values) {
                *sum = S::mul_add(factor, value, *sum);
            }
        }
        left = left.wrapping_add(run.left_step);
        right = right.wrapping_add(run.right_step);
    }
}

/// Panels that cut `columns` into pieces two vectors wide, for kernels of one instruction set.
#[derive(Clone, Copy)]
pub(crate) struct Panels {
    pub columns: usize,
    pub isa: Isa,
}

/// One panel.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Panel {
    /// First column.
    pub start: usize,
    /// Columns that exist.
    pub columns: usize,
    pub vectors: usize,
}

impl Panels {
    pub fn new(columns: usize, isa: Isa) -> Self {
        Self { columns, isa }
    }

    /// The panels as a kernel uses them that runs with the instructions of `S`.
    ///
    /// # Panics
    /// If they were made for another instruction set: memory laid out for them has other sizes.
    #[inline(always)]
    pub fn seen_by<S: Simd>(self) -> Self {
        assert_eq!(self.isa.level().vectors(), S::LEVEL, "panels for another instruction set");
        self
    }

    /// Columns of a whole panel.
    pub fn width(&self) -> usize {
        self.isa.lanes() * PANEL_VECTORS
    }

    pub fn count(&self) -> usize {
        self.columns.div_ceil(self.width())
    }

    /// Columns including those that fill the last vector.
    pub fn padded(&self) -> usize {
        self.columns.next_multiple_of(self.isa.lanes())
    }

    pub fn get(&self, index: usize) -> Panel {
        let start = index * self.width();
        let columns = (self.columns - start).min(self.width());
        Panel { start, columns, vectors: columns.div_ceil(self.isa.lanes()) }
    }
}

impl Panel {
    /// Columns that exist of a vector.
    pub fn outputs(&self, vector: usize, lanes: usize) -> Range<usize> {
        let end = self.columns.min((vector + 1) * lanes);
        self.start + vector * lanes..self.start + end
    }

    /// Columns in the last vector.
    pub fn tail(&self, lanes: usize) -> usize {
        self.columns - (self.vectors - 1) * lanes
    }
}
