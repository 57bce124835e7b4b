//! Views of a picture: whole or in windows, at one scale.

use scalenas_eval::semantic::{Span, windows};

/// Stride of the prediction in pixels.
const STRIDE: f64 = 4.0;

/// Part of a scaled picture, in pixels of the scaled picture.
pub(super) struct View {
    /// Height and width of the whole scaled picture.
    pub scaled: (usize, usize),
    /// First row and column.
    pub corner: (usize, usize),
    /// Height and width, which may reach beyond the picture.
    pub size: (usize, usize),
}

impl View {
    /// Rows and columns of the picture that its scores cover.
    pub fn spans(&self, height: usize, width: usize) -> (Span, Span) {
        let span = |scaled: usize, corner: usize, side: usize| Span {
            ratio: scaled as f64 / side as f64 / STRIDE,
            start: corner as f64 / STRIDE,
        };
        let (rows, columns) = (self.scaled, self.corner);
        (span(rows.0, columns.0, height), span(rows.1, columns.1, width))
    }
}

/// Parts that cover a picture at one scale; sides are multiples of `cell`.
pub(super) fn views(
    scale: f64,
    (height, width): (usize, usize),
    window: Option<(usize, usize)>,
    cell: usize,
) -> Vec<View> {
    let cells = |side: usize| side.div_ceil(cell) * cell;
    let side = |side: usize| ((side as f64 * scale).round() as usize).max(1);
    let scaled = (side(height), side(width));
    let window = window.unwrap_or(scaled);
    let size = (cells(window.0), cells(window.1));
    let (rows, columns) = (windows(scaled.0, size.0), windows(scaled.1, size.1));
    let corners = rows.iter().flat_map(|&row| columns.iter().map(move |&column| (row, column)));
    corners.map(|corner| View { scaled, corner, size }).collect()
}
