//! A picture and its labels, painted together: what covers a pixel also labels it.

use rand::{Rng, RngExt};

use crate::Image8;

/// Red, green and blue, 0 to 255.
pub(super) type Colour = [f32; 3];

/// Depth in metres at which haze has taken two thirds of a colour.
const HAZE_DEPTH: f32 = 160.0;
/// Amplitude of the noise of every pixel, in grey levels.
const GRAIN: f32 = 9.0;

/// Light of a scene.
#[derive(Clone, Copy, Debug)]
pub(super) struct Light {
    /// Factor of every colour.
    pub strength: Colour,
    /// Colour of the sky at the horizon, which far things take on.
    pub haze: Colour,
}

/// Appearance of a shape.
#[derive(Clone, Copy, Debug)]
pub(super) struct Surface {
    pub label: u8,
    pub colour: Colour,
    /// Depth in metres.
    pub depth: f32,
}

/// A picture and its labels.
pub(super) struct StreetCanvas {
    pub width: usize,
    pub height: usize,
    pixels: Vec<Colour>,
    labels: Vec<u8>,
    light: Light,
    /// Seed of the noise.
    seed: u32,
}

impl StreetCanvas {
    pub fn new(height: usize, width: usize, light: Light, random: &mut impl Rng) -> Self {
        let (pixels, labels) = (vec![[0.0; 3]; width * height], vec![0; width * height]);
        Self { width, height, pixels, labels, light, seed: random.random() }
    }

    /// The picture, 8 bits per channel.
    pub fn picture(&self) -> Image8 {
        let byte = |value: &f32| value.round().clamp(0.0, 255.0) as u8;
        let pixels = self.pixels.iter().flatten().map(byte).collect();
        Image8 { width: self.width, height: self.height, pixels }
    }

    /// Label values, `[height, width]`.
    pub fn labels(&self) -> &[u8] {
        &self.labels
    }

    /// Paints one pixel.
    pub fn put(&mut self, column: usize, row: usize, surface: Surface) {
        let haze = 1.0 - (-surface.depth / HAZE_DEPTH).exp();
        let index = row * self.width + column;
        let grain = (noise(self.seed, index as u32) - 0.5) * GRAIN;
        let Light { strength, haze: far } = self.light;
        let lit = |c: usize| surface.colour[c] * strength[c] * (1.0 - haze) + far[c] * haze + grain;
        self.pixels[index] = std::array::from_fn(lit);
        self.labels[index] = surface.label;
    }

    /// Paints the pixels whose centres lie in a convex polygon; `shade` changes the colour by the
    /// position within its box, both 0 to 1.
    pub fn polygon(
        &mut self,
        corners: &[[f32; 2]],
        surface: Surface,
        shade: impl Fn([f32; 2]) -> f32,
    ) {
        self.shape(bounds(corners), surface, shade, |at| inside(corners, at));
    }

    /// Paints the pixels whose centres lie in an upright ellipse in a box of two corners.
    pub fn ellipse(
        &mut self,
        area: [[f32; 2]; 2],
        surface: Surface,
        shade: impl Fn([f32; 2]) -> f32,
    ) {
        let [[left, top], [right, bottom]] = area;
        let (x, y) = (f32::midpoint(left, right), f32::midpoint(top, bottom));
        let (a, b) = ((right - left) / 2.0, (bottom - top) / 2.0);
        self.shape(area, surface, shade, |[column, row]| {
            ((column - x) / a).powi(2) + ((row - y) / b).powi(2) <= 1.0
        });
    }

    /// Paints a rectangle given by two corners.
    pub fn rectangle(
        &mut self,
        area: [[f32; 2]; 2],
        surface: Surface,
        shade: impl Fn([f32; 2]) -> f32,
    ) {
        self.shape(area, surface, shade, |_| true);
    }

    fn shape(
        &mut self,
        [[left, top], [right, bottom]]: [[f32; 2]; 2],
        surface: Surface,
        shade: impl Fn([f32; 2]) -> f32,
        covers: impl Fn([f32; 2]) -> bool,
    ) {
        let pixel = |position: f32, size: usize| (position - 0.5).ceil().clamp(0.0, size as f32);
        let columns = pixel(left, self.width) as usize..pixel(right, self.width) as usize;
        for row in pixel(top, self.height) as usize..pixel(bottom, self.height) as usize {
            for column in columns.clone() {
                let at = [column as f32 + 0.5, row as f32 + 0.5];
                if covers(at) {
                    let within = [(at[0] - left) / (right - left), (at[1] - top) / (bottom - top)];
                    let factor = shade(within);
                    let colour = surface.colour.map(|value| value * factor);
                    self.put(column, row, Surface { colour, ..surface });
                }
            }
        }
    }
}

/// No shading.
pub(super) fn plain(_: [f32; 2]) -> f32 {
    1.0
}

/// A number from 0 to 1 that follows from two others.
pub(super) fn noise(seed: u32, index: u32) -> f32 {
    let mut hash = seed ^ index.wrapping_mul(0x9E37_79B9);
    hash = (hash ^ (hash >> 16)).wrapping_mul(0x85EB_CA6B);
    hash = (hash ^ (hash >> 13)).wrapping_mul(0xC2B2_AE35);
    (hash ^ (hash >> 16)) as f32 / u32::MAX as f32
}

fn bounds(corners: &[[f32; 2]]) -> [[f32; 2]; 2] {
    let fold = |pick: fn(f32, f32) -> f32, start: f32, axis: usize| {
        corners.iter().map(|corner| corner[axis]).fold(start, pick)
    };
    let (low, high) = (f32::INFINITY, f32::NEG_INFINITY);
    [
        [fold(f32::min, low, 0), fold(f32::min, low, 1)],
        [fold(f32::max, high, 0), fold(f32::max, high, 1)],
    ]
}

fn inside(corners: &[[f32; 2]], at: [f32; 2]) -> bool {
    let next = corners.iter().cycle().skip(1);
    let side = |(a, b): (&[f32; 2], &[f32; 2])| {
        (b[0] - a[0]) * (at[1] - a[1]) - (b[1] - a[1]) * (at[0] - a[0])
    };
    let sides: Vec<f32> = corners.iter().zip(next).map(side).collect();
    sides.iter().all(|side| *side >= 0.0) || sides.iter().all(|side| *side <= 0.0)
}
