//! Painting in metres around a place, and random colours.

use rand::{Rng, RngExt};

use super::camera::Camera;
use super::canvas::{StreetCanvas, Surface, plain};
use super::place::Place;

/// Paints at a place, in metres from its foot.
pub(super) struct Brush<'a> {
    canvas: &'a mut StreetCanvas,
    camera: &'a Camera,
    pub place: Place,
}

impl<'a> Brush<'a> {
    /// A brush at the foot of a place.
    pub fn new(canvas: &'a mut StreetCanvas, camera: &'a Camera, place: Place) -> Self {
        Self { canvas, camera, place }
    }

    fn surface(&self, label: u8, colour: [f32; 3]) -> Surface {
        Surface { label, colour, depth: self.place.z }
    }

    /// The box between two heights, from `left` to `right` of the foot.
    fn area(&self, [left, right]: [f32; 2], [low, high]: [f32; 2]) -> [[f32; 2]; 2] {
        let at = |x: f32, y: f32| self.camera.project([self.place.x + x, y, self.place.z]);
        [at(left, high), at(right, low)]
    }

    pub fn rectangle(
        &mut self,
        across: [f32; 2],
        up: [f32; 2],
        (label, colour): (u8, [f32; 3]),
        shade: impl Fn([f32; 2]) -> f32,
    ) {
        let (area, surface) = (self.area(across, up), self.surface(label, colour));
        self.canvas.rectangle(area, surface, shade);
    }

    pub fn ellipse(
        &mut self,
        across: [f32; 2],
        up: [f32; 2],
        (label, colour): (u8, [f32; 3]),
        shade: impl Fn([f32; 2]) -> f32,
    ) {
        let (area, surface) = (self.area(across, up), self.surface(label, colour));
        self.canvas.ellipse(area, surface, shade);
    }

    /// A convex shape of points across and up.
    pub fn polygon(&mut self, corners: &[[f32; 2]], (label, colour): (u8, [f32; 3])) {
        let point = |&[x, y]: &[f32; 2]| self.camera.project([self.place.x + x, y, self.place.z]);
        let corners: Vec<[f32; 2]> = corners.iter().map(point).collect();
        let surface = self.surface(label, colour);
        self.canvas.polygon(&corners, surface, plain);
    }

    /// A face along the road, from the place to `length` behind it, up to `height`.
    pub fn along(
        &mut self,
        length: f32,
        height: f32,
        (label, colour): (u8, [f32; 3]),
        shade: impl Fn([f32; 2]) -> f32,
    ) {
        let Place { x, z, .. } = self.place;
        let point = |y: f32, z: f32| self.camera.project([x, y, z]);
        let corners =
            [point(height, z), point(0.0, z), point(0.0, z + length), point(height, z + length)];
        let surface = self.surface(label, colour);
        self.canvas.polygon(&corners, surface, shade);
    }
}

/// A random colour around another; `spread` in grey values.
pub(super) fn around(colour: [f32; 3], spread: f32, random: &mut impl Rng) -> [f32; 3] {
    let grey = random.random_range(-spread..spread);
    colour.map(|value| value + grey + random.random_range(-0.4 * spread..0.4 * spread))
}

/// A random one of `colours`, with a little variation.
pub(super) fn one_of(colours: &[[f32; 3]], random: &mut impl Rng) -> [f32; 3] {
    around(colours[random.random_range(0..colours.len())], 14.0, random)
}
