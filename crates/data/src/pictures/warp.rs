//! Cuts a crop out of a picture: affine warp with bilinear interpolation and a black border.
//!
//! The arithmetic is that of `OpenCV`'s `warpAffine`, so that crops equal the reference's:
//! positions are rounded to 1/32 pixel, weights are exact multiples of 1/1024. Only the pixels
//! of the crop are touched; inside the picture the loop runs without looking for the border.

use std::ops::Range;

use scalenas_base::{Image8, Size};

use super::affine::Affine;
use super::blend::{BITS, CHANNELS, UNIT, blend, pairs};
use super::mirror::Mirror;

/// Warps `image` by `map` (picture to crop) into a crop of `size` pixels.
pub fn warp_bilinear(image: &Image8, map: &Affine, size: Size) -> Image8 {
    let mut crop = Image8::black(size);
    warp_into(image, map, Mirror::No, size, &mut crop.pixels);
    crop
}

/// [`warp_bilinear`] of a picture that may be mirrored first, into `crop`, `[height, width, 3]`.
///
/// # Panics
/// When `crop` has another size.
pub fn warp_into(image: &Image8, map: &Affine, mirror: Mirror, size: Size, crop: &mut [u8]) {
    assert_eq!(crop.len(), size.pixels() * CHANNELS, "crop holds [height, width, 3]");
    let grid = Grid::new(map, size.width, mirror, image.width);
    for (y, row) in crop.chunks_exact_mut(size.width * CHANNELS).enumerate() {
        warp_row(image, &grid, y, row);
    }
}

/// Fixed-point bits of the coordinate sums.
const SUM_BITS: u32 = 10;

/// Source positions of a row: a start plus one step list that all rows share.
struct Grid {
    /// Rows of the map from the crop to the picture.
    inverse: [[f64; 3]; 2],
    /// Offset of each column, in x and y, with [`SUM_BITS`].
    steps: Vec<[i32; 2]>,
    /// `x` becomes `x * turn.0 + turn.1`, with [`BITS`]: the picture's mirroring.
    turn: (i32, i32),
}

impl Grid {
    fn new(map: &Affine, width: usize, mirror: Mirror, picture_width: usize) -> Self {
        let inverse = map.inverse().0;
        let steps = (0..width)
            .map(|x| [fixed(inverse[0][0] * x as f64), fixed(inverse[1][0] * x as f64)])
            .collect();
        let turn = match mirror {
            Mirror::No => (1, 0),
            Mirror::LeftRight => (-1, (picture_width as i32 - 1) << BITS),
        };
        Self { inverse, steps, turn }
    }

    fn row_start(&self, y: usize) -> [i32; 2] {
        let half_step = 1 << (SUM_BITS - BITS - 1);
        self.inverse.map(|row| fixed(row[1] * y as f64 + row[2]) + half_step)
    }

    /// Position of a column in the picture, with [`BITS`].
    fn position(&self, start: [i32; 2], column: usize) -> [i32; 2] {
        self.at(start, self.steps[column])
    }

    #[inline]
    fn at(&self, start: [i32; 2], step: [i32; 2]) -> [i32; 2] {
        let x = (start[0] + step[0]) >> (SUM_BITS - BITS);
        let y = (start[1] + step[1]) >> (SUM_BITS - BITS);
        [x * self.turn.0 + self.turn.1, y]
    }

    /// Columns whose positions lie within `low..high` on both axes: a position moves one way
    /// along a row, so they are one run.
    fn columns_within(&self, start: [i32; 2], low: [i32; 2], high: [i32; 2]) -> Range<usize> {
        let mut run = 0..self.steps.len();
        for axis in 0..2 {
            let at = |column: usize| self.position(start, column)[axis];
            let rising = run.is_empty() || at(run.start) <= at(run.end - 1);
            let begin = partition(run.clone(), |c| {
                if rising { at(c) < low[axis] } else { at(c) >= high[axis] }
            });
            let end = partition(begin..run.end, |c| {
                if rising { at(c) < high[axis] } else { at(c) >= low[axis] }
            });
            run = begin..end;
        }
        run
    }
}

/// Rounds to nearest, ties to even, as `OpenCV`'s `saturate_cast` does; far outside every picture
/// limited, so that sums stay in range and in order.
fn fixed(value: f64) -> i32 {
    const LIMIT: f64 = (1 << 30) as f64 - 1024.0;
    (value * f64::from(1 << SUM_BITS)).round_ties_even().clamp(-LIMIT, LIMIT) as i32
}

/// First of `range` for which `holds` is false; it holds for a prefix.
fn partition(range: Range<usize>, holds: impl Fn(usize) -> bool) -> usize {
    let (mut low, mut high) = (range.start, range.end);
    while low < high {
        let middle = usize::midpoint(low, high);
        if holds(middle) { low = middle + 1 } else { high = middle }
    }
    low
}

fn warp_row(image: &Image8, grid: &Grid, y: usize, row: &mut [u8]) {
    let start = grid.row_start(y);
    let (width, height) = (image.width as i32, image.height as i32);
    let touched = grid.columns_within(start, [-UNIT; 2], [width << BITS, height << BITS]);
    // One column fewer than have neighbours, so that the bytes behind a pair are in the picture.
    let inside = grid.columns_within(start, [0; 2], [(width - 2) << BITS, (height - 1) << BITS]);
    let inside = if inside.is_empty() { touched.end..touched.end } else { inside };
    row[..touched.start * CHANNELS].fill(0);
    row[touched.end * CHANNELS..].fill(0);
    for column in (touched.start..inside.start).chain(inside.end..touched.end) {
        let value = border_pixel(image, grid.position(start, column));
        row[column * CHANNELS..][..CHANNELS].copy_from_slice(&value);
    }
    let stride = image.width * CHANNELS;
    let targets = row[inside.start * CHANNELS..inside.end * CHANNELS].chunks_exact_mut(CHANNELS);
    for (step, target) in grid.steps[inside].iter().zip(targets) {
        let [px, py] = grid.at(start, *step);
        let offset = (py >> BITS) as usize * stride + (px >> BITS) as usize * CHANNELS;
        let (top, bottom) = pairs(&image.pixels[offset..], stride);
        target.copy_from_slice(&blend(top, bottom, [px, py]));
    }
}

/// A pixel some of whose neighbours lie outside, where the picture is black.
fn border_pixel(image: &Image8, [px, py]: [i32; 2]) -> [u8; CHANNELS] {
    let (x, y) = (i64::from(px >> BITS), i64::from(py >> BITS));
    let row = |y: i64| {
        let mut pair = [0; 8];
        for (x, pixel) in [x, x + 1].into_iter().zip(pair.chunks_exact_mut(CHANNELS)) {
            let inside =
                (0..image.width as i64).contains(&x) && (0..image.height as i64).contains(&y);
            if inside {
                let offset = (y as usize * image.width + x as usize) * CHANNELS;
                pixel.copy_from_slice(&image.pixels[offset..offset + CHANNELS]);
            }
        }
        pair
    };
    blend(row(y), row(y + 1), [px, py])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gradient() -> Image8 {
        let pixels = (0..20 * 30).flat_map(|i| [(i % 30 * 8) as u8, (i / 30 * 12) as u8, 255]);
        Image8 { width: 30, height: 20, pixels: pixels.collect() }
    }

    #[test]
    fn identity_copies() {
        let map = Affine([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]]);
        assert_eq!(warp_bilinear(&gradient(), &map, Size::new(20, 30)), gradient());
    }

    #[test]
    fn outside_is_black() {
        let map = Affine([[1.0, 0.0, 100.0], [0.0, 1.0, -100.0]]);
        assert_eq!(warp_bilinear(&gradient(), &map, Size::new(5, 7)), Image8::black((5, 7)));
    }

    #[test]
    fn far_away_and_singular_maps_are_black_or_flat() {
        for (factor, offset) in [(1e-7, 0.0), (1e-7, 1e9), (1.0, 1e12), (1e9, -1e9), (0.0, 0.0)] {
            let map = Affine([[factor, 0.0, offset], [0.0, factor, offset]]);
            assert_eq!(warp_bilinear(&gradient(), &map, Size::square(40)).pixels.len(), 4800);
        }
    }

    #[test]
    fn fast_path_equals_border_path() {
        let image = gradient();
        for mirror in [Mirror::No, Mirror::LeftRight] {
            let map = Affine([[0.7, -0.6, 9.3], [0.6, 0.7, -4.1]]);
            let (size, grid) = (Size::new(21, 24), Grid::new(&map, 24, mirror, image.width));
            let mut crop = vec![1; 24 * 21 * CHANNELS];
            warp_into(&image, &map, mirror, size, &mut crop);
            for (index, pixel) in crop.chunks_exact(CHANNELS).enumerate() {
                let position = grid.position(grid.row_start(index / 24), index % 24);
                assert_eq!(pixel, border_pixel(&image, position));
            }
        }
    }

    #[test]
    fn mirrored_warp_equals_warp_of_mirrored_picture() {
        let image = gradient();
        let mut mirrored = image.clone();
        for row in mirrored.pixels.chunks_exact_mut(30 * CHANNELS) {
            let turned: Vec<u8> = row.rchunks_exact(CHANNELS).flatten().copied().collect();
            row.copy_from_slice(&turned);
        }
        let map = Affine([[1.3, -0.4, 2.7], [0.4, 1.3, -8.1]]);
        let mut crop = vec![0; 32 * 24 * CHANNELS];
        warp_into(&image, &map, Mirror::LeftRight, Size::new(24, 32), &mut crop);
        assert_eq!(crop, warp_bilinear(&mirrored, &map, Size::new(24, 32)).pixels);
    }
}
