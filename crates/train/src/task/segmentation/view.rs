//! Views of a picture: whole or in windows, at one scale.

use scalenas_base::Size;
use scalenas_eval::semantic::{Span, windows};

/// Stride of the prediction in pixels.
const STRIDE: f64 = 4.0;

/// Part of a scaled picture, in pixels of the scaled picture.
pub(super) struct View {
    /// Size of the whole scaled picture.
    pub scaled: Size,
    /// First row.
    pub top: usize,
    /// First column.
    pub left: usize,
    /// Size of the part, which may reach beyond the picture.
    pub size: Size,
}

impl View {
    /// Rows and columns of the picture that its scores cover.
    pub fn spans(&self, picture: Size) -> (Span, Span) {
        let span = |scaled: usize, corner: usize, side: usize| Span {
            ratio: scaled as f64 / side as f64 / STRIDE,
            start: corner as f64 / STRIDE,
        };
        let rows = span(self.scaled.height, self.top, picture.height);
        (rows, span(self.scaled.width, self.left, picture.width))
    }
}

/// Parts that cover a picture at one scale; sides are multiples of `cell`.
pub(super) fn views(scale: f64, picture: Size, window: Option<Size>, cell: usize) -> Vec<View> {
    let cells = |side: usize| side.div_ceil(cell) * cell;
    let side = |side: usize| ((side as f64 * scale).round() as usize).max(1);
    let scaled = Size::new(side(picture.height), side(picture.width));
    let window = window.unwrap_or(scaled);
    let size = Size::new(cells(window.height), cells(window.width));
    let rows = windows(scaled.height, size.height);
    let columns = windows(scaled.width, size.width);
    let corners = rows.iter().flat_map(|&top| columns.iter().map(move |&left| (top, left)));
    corners.map(|(top, left)| View { scaled, top, left, size }).collect()
}
