//! Composition of a street: light, ground, and things from far to near.

use rand::{Rng, RngExt};

use super::camera::Camera;
use super::canvas::{Light, StreetCanvas, Surface, noise, plain};
use super::label;
use super::place::{Place, Thing};
use super::things;

/// Nearest and farthest depth at which things stand, in metres.
const DEPTHS: (f32, f32) = (6.0, 130.0);
/// Width of a sidewalk in metres.
const SIDEWALK: f32 = 3.0;
/// Length of a lane marking and of the gap behind it, in metres.
const MARKING: f32 = 4.0;

/// Draws a scene.
pub(super) fn draw(height: usize, width: usize, random: &mut impl Rng) -> StreetCanvas {
    let light = light(random);
    let mut canvas = StreetCanvas::new(height, width, light, random);
    let across = random.random_range(0.42..0.58) * width as f32;
    let down = random.random_range(0.36..0.46) * height as f32;
    let camera = Camera::new(width, [across, down]);
    let street = Street { half: random.random_range(3.6..7.5), seed: random.random() };
    sky(&mut canvas, &camera, light);
    ground(&mut canvas, &camera, &street);
    let mut places = street.furnish(random);
    places.sort_by(|a, b| b.z.total_cmp(&a.z));
    for place in places {
        things::draw(&mut canvas, &camera, &place, random);
    }
    bonnet(&mut canvas, random);
    canvas
}

fn light(random: &mut impl Rng) -> Light {
    let strength = random.random_range(0.55..1.1);
    let warmth = random.random_range(-0.12..0.12);
    let haze = random.random_range(150.0..235.0) * strength;
    Light {
        strength: [strength * (1.0 + warmth), strength, strength * (1.0 - warmth)],
        haze: [haze * (1.0 + warmth / 2.0), haze, haze * (1.0 - warmth / 2.0)],
    }
}

fn sky(canvas: &mut StreetCanvas, camera: &Camera, light: Light) {
    let horizon = camera.vanishing[1];
    for row in 0..(horizon.ceil() as usize).min(canvas.height) {
        let up = 1.0 - row as f32 / horizon;
        let colour = [
            light.haze[0] * (1.0 - 0.35 * up),
            light.haze[1] * (1.0 - 0.18 * up),
            light.haze[2] * (1.0 + 0.1 * up),
        ];
        // The haze's own colour: taken as it is.
        let lit = std::array::from_fn(|c| colour[c] / light.strength[c]);
        for column in 0..canvas.width {
            canvas.put(column, row, Surface { label: label::SKY, colour: lit, depth: 0.0 });
        }
    }
}

/// Width and surfaces of the road.
struct Street {
    /// Half of the road's width in metres.
    half: f32,
    seed: u32,
}

fn ground(canvas: &mut StreetCanvas, camera: &Camera, street: &Street) {
    for row in camera.vanishing[1] as usize..canvas.height {
        for column in 0..canvas.width {
            let at = [column as f32 + 0.5, row as f32 + 0.5];
            let Some([x, z]) = camera.ground(at) else { continue };
            let (label, colour) = street.surface(x, z);
            canvas.put(column, row, Surface { label, colour, depth: z });
        }
    }
}

impl Street {
    /// Label and colour of a point of the ground.
    fn surface(&self, x: f32, z: f32) -> (u8, [f32; 3]) {
        let beside = x.abs() - self.half;
        let cell = |size: f32| {
            let cell = ((x / size).floor() as i32 as u32).wrapping_mul(7919);
            noise(self.seed, cell.wrapping_add((z / size).floor() as i32 as u32))
        };
        if beside < 0.0 {
            let middle = x.abs() < 0.09 && ((z / MARKING) as u32).is_multiple_of(2);
            let edge = (-0.35..-0.2).contains(&beside);
            let grey = if middle || edge { 205.0 } else { 92.0 + 10.0 * cell(0.4) };
            return (label::ROAD, [grey, grey, grey * 1.03]);
        }
        if beside < SIDEWALK {
            let joint = (z / 0.8).fract() < 0.08 || (beside / 0.8).fract() < 0.08;
            let kerb = beside < 0.15;
            let grey = if kerb {
                178.0
            } else if joint {
                122.0
            } else {
                146.0 + 8.0 * cell(0.8)
            };
            return (label::SIDEWALK, [grey, grey * 0.97, grey * 0.93]);
        }
        let shade = 0.8 + 0.4 * cell(0.3);
        (label::TERRAIN, [96.0 * shade, 128.0 * shade, 62.0 * shade])
    }

    /// Everything that stands in the street.
    fn furnish(&self, random: &mut impl Rng) -> Vec<Place> {
        let mut places = Vec::new();
        for side in [-1.0, 1.0] {
            self.background(side, random, &mut places);
            self.border(side, random, &mut places);
        }
        self.traffic(random, &mut places);
        places
    }

    /// Rows of buildings, now and then trees, walls and fences instead.
    fn background(&self, side: f32, random: &mut impl Rng, places: &mut Vec<Place>) {
        let mut z = DEPTHS.0;
        while z < DEPTHS.1 {
            let length = random.random_range(8.0..22.0);
            let x = side * (self.half + SIDEWALK + random.random_range(0.3..4.0));
            let kind = random.random_range(0.0..1.0);
            let mut put = |thing, x: f32| places.push(Place { thing, x, z, length, side });
            match kind {
                k if k < 0.62 => put(Thing::Building, x),
                k if k < 0.72 => put(Thing::Wall, x),
                k if k < 0.84 => put(Thing::Fence, x),
                _ => {}
            }
            if kind > 0.72 {
                for _ in 0..random.random_range(1..4) {
                    let x = x + side * random.random_range(0.5..7.0);
                    let z = z + random.random_range(0.0..length);
                    places.push(Place { thing: Thing::Tree, x, z, length: 0.0, side });
                }
            }
            z += length;
        }
    }

    /// Poles, signs, lights, trees and people on a sidewalk, and cars parked along it.
    fn border(&self, side: f32, random: &mut impl Rng, places: &mut Vec<Place>) {
        let mut put = |thing, count: usize, from: f32, to: f32, random: &mut dyn FnMut() -> f32| {
            for _ in 0..count {
                let x = side * (self.half + from + (to - from) * random());
                // Uniform in the logarithm: as many near things as far ones.
                let z = DEPTHS.0 * (DEPTHS.1 / DEPTHS.0).powf(random());
                places.push(Place { thing, x, z, length: 0.0, side });
            }
        };
        let counts = [
            (Thing::Pole, random.random_range(1..4), 0.2, 0.6),
            (Thing::TrafficLight, random.random_range(0..3), 0.2, 0.6),
            (Thing::Sign, random.random_range(0..3), 0.2, 0.7),
            (Thing::Tree, random.random_range(0..3), 1.5, 2.6),
            (Thing::Person, random.random_range(0..5), 0.6, 2.8),
            (Thing::Car, random.random_range(0..4), -1.3, -1.1),
        ];
        let mut uniform = || random.random_range(0.0..1.0);
        for (thing, count, from, to) in counts {
            put(thing, count, from, to, &mut uniform);
        }
    }

    /// Vehicles, and people who cross.
    fn traffic(&self, random: &mut impl Rng, places: &mut Vec<Place>) {
        let lanes = [-self.half * 0.5, self.half * 0.5];
        let things = [
            (Thing::Car, 4),
            (Thing::Truck, 2),
            (Thing::Bus, 2),
            (Thing::Train, 2),
            (Thing::Cyclist, 3),
            (Thing::Motorcyclist, 3),
            (Thing::Person, 2),
        ];
        for (thing, most) in things {
            for _ in 0..random.random_range(0..most) {
                let lane = lanes[usize::from(random.random_bool(0.5))];
                let x = lane + random.random_range(-0.8..0.8);
                let near = if matches!(thing, Thing::Bus | Thing::Truck | Thing::Train) {
                    2.0
                } else {
                    1.3
                };
                let span: f32 = DEPTHS.1 / (DEPTHS.0 * near);
                let z = DEPTHS.0 * near * span.powf(random.random_range(0.0..1.0));
                places.push(Place { thing, x, z, length: 0.0, side: lane.signum() });
            }
        }
    }
}

/// The car that carries the camera.
fn bonnet(canvas: &mut StreetCanvas, random: &mut impl Rng) {
    if random.random_bool(0.3) {
        return;
    }
    let (width, height) = (canvas.width as f32, canvas.height as f32);
    let top = height * random.random_range(0.9..0.96);
    let area = [[-0.1 * width, top], [1.1 * width, height * 1.25]];
    let grey = random.random_range(30.0..60.0);
    let surface = Surface { label: label::BONNET, colour: [grey; 3], depth: 0.0 };
    canvas.ellipse(area, surface, plain);
}
