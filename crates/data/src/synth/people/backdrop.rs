//! Textured backgrounds and things that stand in the way: muted, so that people stand out.

use rand::{Rng, RngExt};

use super::canvas::{Canvas, Owner};
use super::color::Rgb;

/// Grid sizes of the noise, in pixels, and how much each adds.
const OCTAVES: [(usize, f32); 4] = [(64, 0.10), (24, 0.07), (9, 0.05), (3, 0.03)];
/// Maximum number of things in the background of a picture.
const MOST_THINGS: usize = 7;

/// A background of `width` x `height`: a wall or sky, a ground, things, and noise over all.
pub(super) fn background(width: usize, height: usize, rng: &mut impl Rng) -> Vec<Rgb> {
    let (wall, ground) = (muted(rng), muted(rng));
    let horizon = rng.random_range(0.35..0.75) * height as f32;
    let fade = rng.random_range(1.0..20.0);
    let base = (0..height).flat_map(|row| {
        let below = ((row as f32 - horizon) / fade + 0.5).clamp(0.0, 1.0);
        std::iter::repeat_n(wall.mix(ground, below), width)
    });
    let mut canvas = Canvas::new(width, height, base.collect());
    for _ in 0..rng.random_range(2..=MOST_THINGS) {
        let size = rng.random_range(0.08..0.4) * height as f32;
        let at = [
            rng.random_range(0.0..width as f32) - size / 2.0,
            rng.random_range(0.0..height as f32) - size / 2.0,
        ];
        let shape = [size * rng.random_range(0.4..1.6), size];
        thing(
            &mut canvas,
            [at[0], at[1], at[0] + shape[0], at[1] + shape[1]],
            super::canvas::NOBODY,
            rng,
        );
    }
    add_noise(&mut canvas.colors, width, height, rng);
    canvas.colors
}

/// Paints a striped or plain box: `[left, top, right, bottom]`.
pub(super) fn thing(canvas: &mut Canvas, edges: [f32; 4], owner: Owner, rng: &mut impl Rng) {
    let (color, other) = (muted(rng), muted(rng));
    let period = rng.random_range(4..24);
    let (across, down) = *[(1, 0), (0, 1), (1, 1), (0, 0)]
        .get(rng.random_range(0..4))
        .expect("drawn from the length");
    canvas.paint_box(edges, owner, |column, row| {
        let stripe = (column * across + row * down) / period % 2;
        let light = 0.9 + 0.1 * (row as f32 - edges[1]) / (edges[3] - edges[1]);
        color.mix(other, 0.35 * stripe as f32).lit(light)
    });
}

/// A colour of low saturation.
fn muted(rng: &mut impl Rng) -> Rgb {
    Rgb::hsv(
        rng.random_range(0.0..360.0),
        rng.random_range(0.03..0.28),
        rng.random_range(0.25..0.8),
    )
}

/// Smooth noise of several grid sizes.
fn add_noise(colors: &mut [Rgb], width: usize, height: usize, rng: &mut impl Rng) {
    let amount = rng.random_range(0.4..1.3);
    for (grid, strength) in OCTAVES {
        let columns = width / grid + 2;
        let knots: Vec<f32> = (0..columns * (height / grid + 2))
            .map(|_| rng.random_range(-1.0..1.0) * strength * amount)
            .collect();
        let smooth = |t: f32| t * t * (3.0 - 2.0 * t);
        for row in 0..height {
            let (y, v) = (row / grid, smooth((row % grid) as f32 / grid as f32));
            let (upper, lower) = (&knots[y * columns..], &knots[(y + 1) * columns..]);
            for (column, color) in colors[row * width..][..width].iter_mut().enumerate() {
                let (x, u) = (column / grid, smooth((column % grid) as f32 / grid as f32));
                let top = upper[x] + (upper[x + 1] - upper[x]) * u;
                let bottom = lower[x] + (lower[x + 1] - lower[x]) * u;
                *color = color.shifted(top + (bottom - top) * v);
            }
        }
    }
}
