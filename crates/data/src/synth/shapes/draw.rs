//! A picture of a shape.

use rand::{Rng, RngExt};
use scalenas_base::{Image8, Size};

use super::shape::Inside;

/// Points per pixel and axis that are looked at.
const SAMPLES: usize = 3;
/// Blots of the ground.
const BLOTS: usize = 6;
/// Least difference of brightness between shape and ground.
const CONTRAST: f64 = 60.0;

type Colour = [f64; 3];

/// A disk of one colour in the ground.
struct Blot {
    at: [f64; 2],
    radius: f64,
    colour: Colour,
}

/// Draws a shape somewhere before a ground.
pub fn draw(size: Size, inside: Inside, rng: &mut impl Rng) -> Image8 {
    let (height, width) = (size.height as f64, size.width as f64);
    let shorter = height.min(width);
    let radius = shorter * rng.random_range(0.2..0.45);
    let middle = [radius, radius].map(|radius| radius.min(shorter / 2.0));
    let x = rng.random_range(middle[0]..=width - middle[0]);
    let y = rng.random_range(middle[1]..=height - middle[1]);
    let (sin, cos) = rng.random_range(0.0..std::f64::consts::TAU).sin_cos();
    let ends: [Colour; 2] = [colour(rng), colour(rng)];
    let mean: Colour = std::array::from_fn(|c| ends[0][c].midpoint(ends[1][c]));
    let paint = contrasting(mean, rng);
    let blots: Vec<Blot> = (0..BLOTS).map(|_| blot(size, mean, rng)).collect();
    let covered = |column: usize, row: usize| {
        let points = (0..SAMPLES * SAMPLES).filter(|point| {
            let offset = |part: usize| (part as f64 + 0.5) / SAMPLES as f64;
            let dx = (column as f64 + offset(point % SAMPLES) - x) / radius;
            let dy = (row as f64 + offset(point / SAMPLES) - y) / radius;
            inside(dx * cos - dy * sin, dx * sin + dy * cos)
        });
        points.count() as f64 / (SAMPLES * SAMPLES) as f64
    };
    let mut picture = Image8::black(size);
    for (index, pixel) in picture.pixels.chunks_exact_mut(3).enumerate() {
        let (row, column) = (index / size.width, index % size.width);
        let share = (row as f64 / height).midpoint(column as f64 / width);
        let ground = |c: usize| ends[0][c] * (1.0 - share) + ends[1][c] * share;
        let on_it = blots
            .iter()
            .rev()
            .find(|blot| (column as f64 - blot.at[0]).hypot(row as f64 - blot.at[1]) < blot.radius);
        let cover = covered(column, row);
        let noise = rng.random_range(-12.0..12.0);
        for (c, value) in pixel.iter_mut().enumerate() {
            let ground = on_it.map_or_else(|| ground(c), |blot| blot.colour[c]);
            let mixed = ground * (1.0 - cover) + paint[c] * cover + noise;
            *value = mixed.clamp(0.0, 255.0) as u8;
        }
    }
    picture
}

fn colour(rng: &mut impl Rng) -> Colour {
    std::array::from_fn(|_| rng.random_range(0.0..255.0))
}

/// A colour of another brightness than that of the ground.
fn contrasting(ground: Colour, rng: &mut impl Rng) -> Colour {
    let brightness = |colour: Colour| colour.iter().sum::<f64>() / 3.0;
    loop {
        let found = colour(rng);
        if (brightness(found) - brightness(ground)).abs() > CONTRAST {
            return found;
        }
    }
}

/// A blot whose colour is near that of the ground.
fn blot(size: Size, ground: Colour, rng: &mut impl Rng) -> Blot {
    let side = |side: usize, rng: &mut dyn FnMut() -> f64| side as f64 * rng();
    let mut share = || rng.random_range(0.0..1.0);
    let at = [side(size.width, &mut share), side(size.height, &mut share)];
    let radius = size.height.min(size.width) as f64 * rng.random_range(0.03..0.15);
    let colour = ground.map(|value| value + rng.random_range(-35.0..35.0));
    Blot { at, radius, colour }
}
