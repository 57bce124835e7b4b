//! A picture being painted, with the owner of each pixel.
//!
//! Shapes are unions of capsules with soft edges one pixel wide, lit from the front so that
//! overlapping limbs stay apart. The last shape over at least half of a pixel owns it: labels of
//! visibility, areas and outlines all come from there.

use super::color::Rgb;
use crate::Image8;

/// Owner of a pixel: a number that the caller gives meaning to.
pub(super) type Owner = u32;
/// Nothing but background.
pub(super) const NOBODY: Owner = 0;

/// A thick line, its thickness changing from end to end; pixels.
#[derive(Clone, Copy, Debug)]
pub(super) struct Capsule {
    pub from: [f32; 2],
    pub to: [f32; 2],
    pub radius_from: f32,
    pub radius_to: f32,
}

/// A painted picture.
pub(super) struct Canvas {
    pub width: usize,
    pub height: usize,
    pub colors: Vec<Rgb>,
    pub owners: Vec<Owner>,
}

impl Canvas {
    pub fn new(width: usize, height: usize, background: Vec<Rgb>) -> Self {
        Self { width, height, colors: background, owners: vec![NOBODY; width * height] }
    }

    /// Owner of the pixel at a position; `None` outside the picture.
    pub fn owner_at(&self, [x, y]: [f32; 2]) -> Option<Owner> {
        let (column, row) = (x.round(), y.round());
        let inside =
            column >= 0.0 && row >= 0.0 && column < self.width as f32 && row < self.height as f32;
        inside.then(|| self.owners[row as usize * self.width + column as usize])
    }

    /// Paints the union of capsules; `color` gets how far a pixel is from the middle line, 0 to 1.
    pub fn paint(&mut self, capsules: &[Capsule], owner: Owner, color: impl Fn(f32) -> Rgb) {
        let Some([left, top, right, bottom]) = self.bounds(capsules) else { return };
        for row in top..bottom {
            for column in left..right {
                let nearest = capsules.iter().map(|c| c.distance([column as f32, row as f32]));
                let (outside, depth) =
                    nearest.fold((f32::INFINITY, 1.0), |a, b| if b.0 < a.0 { b } else { a });
                let cover = (0.5 - outside).clamp(0.0, 1.0);
                if cover > 0.0 {
                    self.cover(row * self.width + column, cover, owner, color(depth));
                }
            }
        }
    }

    /// Covers a rectangle `[left, top, right, bottom]`, clipped to the picture.
    pub fn paint_box(
        &mut self,
        [left, top, right, bottom]: [f32; 4],
        owner: Owner,
        color: impl Fn(usize, usize) -> Rgb,
    ) {
        let rows = top.max(0.0) as usize..(bottom.max(0.0) as usize).min(self.height);
        for row in rows {
            for column in left.max(0.0) as usize..(right.max(0.0) as usize).min(self.width) {
                self.cover(row * self.width + column, 1.0, owner, color(column, row));
            }
        }
    }

    /// The finished picture; `finish` maps each pixel's colour to that of the camera.
    pub fn develop(&self, mut finish: impl FnMut(Rgb) -> Rgb) -> Image8 {
        let bytes = self.colors.iter().flat_map(|color| finish(*color).to_bytes());
        Image8 { width: self.width, height: self.height, pixels: bytes.collect() }
    }

    fn cover(&mut self, pixel: usize, cover: f32, owner: Owner, color: Rgb) {
        self.colors[pixel] = self.colors[pixel].mix(color, cover);
        if cover >= 0.5 {
            self.owners[pixel] = owner;
        }
    }

    /// Pixels that the capsules can touch: left, top, right, bottom.
    fn bounds(&self, capsules: &[Capsule]) -> Option<[usize; 4]> {
        let mut low = [f32::INFINITY; 2];
        let mut high = [f32::NEG_INFINITY; 2];
        for capsule in capsules {
            let radius = capsule.radius_from.max(capsule.radius_to) + 1.0;
            for axis in 0..2 {
                low[axis] = low[axis].min(capsule.from[axis].min(capsule.to[axis]) - radius);
                high[axis] = high[axis].max(capsule.from[axis].max(capsule.to[axis]) + radius);
            }
        }
        let [left, top] = low.map(|v| v.max(0.0) as usize);
        let [right, bottom] = high.map(|v| (v + 1.0).max(0.0) as usize);
        let (right, bottom) = (right.min(self.width), bottom.min(self.height));
        (left < right && top < bottom).then_some([left, top, right, bottom])
    }
}

impl Capsule {
    /// A disc.
    pub fn disc(at: [f32; 2], radius: f32) -> Self {
        Self { from: at, to: at, radius_from: radius, radius_to: radius }
    }

    /// Distance from the rim, negative inside, and from the middle line in radii.
    fn distance(&self, [x, y]: [f32; 2]) -> (f32, f32) {
        let (dx, dy) = (self.to[0] - self.from[0], self.to[1] - self.from[1]);
        let length = (dx * dx + dy * dy).max(1e-6);
        let along = (((x - self.from[0]) * dx + (y - self.from[1]) * dy) / length).clamp(0.0, 1.0);
        let radius = self.radius_from + (self.radius_to - self.radius_from) * along;
        let (px, py) = (self.from[0] + dx * along - x, self.from[1] + dy * along - y);
        let distance = (px * px + py * py).sqrt();
        (distance - radius, (distance / radius.max(1e-3)).min(1.0))
    }
}
