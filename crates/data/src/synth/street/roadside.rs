//! Buildings, plants and signs beside the road.

use rand::{Rng, RngExt};

use super::brush::{Brush, around, one_of};
use super::canvas::{noise, plain};
use super::label;

const FACADES: [[f32; 3]; 5] = [
    [168.0, 150.0, 128.0],
    [142.0, 96.0, 80.0],
    [186.0, 180.0, 168.0],
    [118.0, 112.0, 110.0],
    [196.0, 168.0, 120.0],
];

pub(super) fn building(brush: &mut Brush<'_>, random: &mut impl Rng) {
    let colour = one_of(&FACADES, random);
    let height: f32 = random.random_range(7.0..19.0);
    let windows = random.random_range(0.35..0.75);
    let (floors, length) = ((height / 3.2).round(), brush.place.length);
    let facade = |columns: f32| {
        move |[across, down]: [f32; 2]| {
            let (column, row) = ((across * columns).fract(), (down * floors).fract());
            let window = (0.25..0.72).contains(&column) && (0.25..0.75).contains(&row);
            if window { windows } else { 1.0 }
        }
    };
    let paint = (label::BUILDING, colour);
    brush.along(length, height, paint, facade((length / 2.6).round().max(1.0)));
    let out = brush.place.side * 14.0;
    let across = if out < 0.0 { [out, 0.0] } else { [0.0, out] };
    let dimmer = colour.map(|value| value * 0.82);
    brush.rectangle(across, [0.0, height], (label::BUILDING, dimmer), facade(5.0));
}

pub(super) fn wall(brush: &mut Brush<'_>, random: &mut impl Rng) {
    let colour = around([150.0, 138.0, 124.0], 16.0, random);
    let height = random.random_range(1.6..2.8);
    let bricks = |[across, down]: [f32; 2]| {
        let joint = (down * 7.0).fract() < 0.16 || (across * 16.0).fract() < 0.06;
        if joint { 0.82 } else { 1.0 }
    };
    brush.along(brush.place.length, height, (label::WALL, colour), bricks);
}

pub(super) fn fence(brush: &mut Brush<'_>) {
    let slats = |[across, down]: [f32; 2]| {
        let rail = (0.15..0.3).contains(&down) || (0.7..0.85).contains(&down);
        if rail || (across * 26.0).fract() < 0.5 { 1.0 } else { 0.55 }
    };
    brush.along(brush.place.length, 1.3, (label::FENCE, [150.0, 118.0, 82.0]), slats);
}

pub(super) fn tree(brush: &mut Brush<'_>, random: &mut impl Rng) {
    let height = random.random_range(4.0..9.0);
    let trunk = (label::VEGETATION, [84.0, 66.0, 48.0]);
    brush.rectangle([-0.16, 0.16], [0.0, height * 0.5], trunk, plain);
    let green = around([62.0, 104.0, 46.0], 16.0, random);
    for _ in 0..random.random_range(4..8) {
        let (x, y) = (random.random_range(-0.16..0.16), random.random_range(0.45..0.85));
        let radius = height * random.random_range(0.13..0.24);
        let seed = random.random();
        let leaves = |[across, down]: [f32; 2]| {
            let cell = (across * 9.0) as u32 + 64 * (down * 9.0) as u32;
            (1.12 - 0.45 * down) * (0.82 + 0.36 * noise(seed, cell))
        };
        let (x, y) = (x * height, y * height);
        let area = ([x - radius, x + radius], [y - radius, y + radius]);
        brush.ellipse(area.0, area.1, (label::VEGETATION, green), leaves);
    }
}

pub(super) fn pole(brush: &mut Brush<'_>, height: f32, radius: f32) {
    brush.rectangle([-radius, radius], [0.0, height], (label::POLE, [126.0, 128.0, 130.0]), plain);
}

pub(super) fn traffic_light(brush: &mut Brush<'_>, random: &mut impl Rng) {
    pole(brush, 3.4, 0.07);
    brush.rectangle([-0.2, 0.2], [2.5, 3.5], (label::LIGHT, [38.0, 40.0, 38.0]), plain);
    let lamps = [[60.0, 230.0, 120.0], [240.0, 200.0, 60.0], [240.0, 60.0, 50.0]];
    let lit = random.random_range(0..lamps.len());
    let low = 2.58 + 0.3 * lit as f32;
    brush.ellipse([-0.12, 0.12], [low, low + 0.25], (label::LIGHT, lamps[lit]), plain);
}

pub(super) fn sign(brush: &mut Brush<'_>, random: &mut impl Rng) {
    pole(brush, 2.3, 0.05);
    let colour = one_of(&[[206.0, 40.0, 40.0], [40.0, 80.0, 190.0], [228.0, 200.0, 50.0]], random);
    let paint = (label::SIGN, colour);
    if random.random_bool(0.5) {
        brush.ellipse([-0.36, 0.36], [2.0, 2.72], paint, |[x, y]| {
            let inner = (x - 0.5).hypot(y - 0.5) < 0.32;
            if inner { 1.3 } else { 1.0 }
        });
    } else {
        brush.rectangle([-0.42, 0.42], [2.0, 2.6], paint, plain);
    }
}
