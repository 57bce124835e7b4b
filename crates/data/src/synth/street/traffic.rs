//! People and vehicles, seen along the road from behind or in front.

use rand::{Rng, RngExt};

use super::brush::{Brush, around, one_of};
use super::canvas::plain;
use super::label;

const PAINTS: [[f32; 3]; 7] = [
    [196.0, 198.0, 202.0],
    [40.0, 42.0, 48.0],
    [150.0, 30.0, 34.0],
    [36.0, 62.0, 120.0],
    [120.0, 124.0, 128.0],
    [226.0, 226.0, 222.0],
    [52.0, 88.0, 64.0],
];
const CLOTHES: [[f32; 3]; 6] = [
    [170.0, 50.0, 48.0],
    [48.0, 70.0, 130.0],
    [214.0, 190.0, 90.0],
    [60.0, 60.0, 64.0],
    [200.0, 200.0, 204.0],
    [76.0, 124.0, 84.0],
];
const SKIN: [f32; 3] = [196.0, 150.0, 122.0];
const TYRE: [f32; 3] = [26.0, 26.0, 28.0];
const GLASS: [f32; 3] = [58.0, 72.0, 84.0];

/// A pedestrian.
pub(super) fn person(brush: &mut Brush<'_>, random: &mut impl Rng) {
    let height = random.random_range(1.45..1.9);
    let (shirt, trousers) = (one_of(&CLOTHES, random), one_of(&CLOTHES, random));
    let stride = random.random_range(0.02..0.16);
    for (side, shade) in [(-1.0, 0.75), (1.0, 0.9)] {
        let foot = side * stride;
        let legs = [
            [side * 0.03 - 0.08, 0.5 * height],
            [side * 0.03 + 0.08, 0.5 * height],
            [foot + 0.08, 0.0],
            [foot - 0.08, 0.0],
        ];
        brush.polygon(&legs, (label::PERSON, trousers.map(|value| value * shade)));
    }
    upper_body(brush, label::PERSON, [0.46 * height, height], shirt);
}

/// Trunk, arms and head between two heights.
fn upper_body(brush: &mut Brush<'_>, label: u8, [low, high]: [f32; 2], shirt: [f32; 3]) {
    let neck = high - 0.15 * (high - low) - 0.14;
    let trunk = [[-0.2, low], [0.2, low], [0.25, neck], [-0.25, neck]];
    brush.polygon(&trunk, (label, shirt));
    brush.ellipse([-0.12, 0.12], [neck - 0.02, high], (label, SKIN), |[_, down]| {
        if down < 0.42 { 0.35 } else { 1.0 }
    });
}

/// A rider on two wheels.
fn rider(brush: &mut Brush<'_>, seat: f32, random: &mut impl Rng) {
    let (shirt, trousers) = (one_of(&CLOTHES, random), one_of(&CLOTHES, random));
    for side in [-1.0, 1.0] {
        let leg = [
            [side * 0.1 - 0.08, seat + 0.1],
            [side * 0.1 + 0.08, seat + 0.1],
            [side * 0.17 + 0.06, 0.35],
            [side * 0.17 - 0.06, 0.35],
        ];
        brush.polygon(&leg, (label::RIDER, trousers));
    }
    upper_body(brush, label::RIDER, [seat, seat + 0.85], shirt);
}

/// Rider and bicycle.
pub(super) fn cyclist(brush: &mut Brush<'_>, random: &mut impl Rng) {
    let frame = (label::BICYCLE, one_of(&PAINTS, random));
    brush.rectangle([-0.05, 0.05], [0.0, 0.72], (label::BICYCLE, TYRE), plain);
    rider(brush, 0.85, random);
    brush.rectangle([-0.3, 0.3], [0.98, 1.06], frame, plain);
    brush.rectangle([-0.08, 0.08], [0.0, 0.7], (label::BICYCLE, TYRE), plain);
    brush.rectangle([-0.11, 0.11], [0.4, 0.62], frame, plain);
}

/// Rider and motorcycle.
pub(super) fn motorcyclist(brush: &mut Brush<'_>, random: &mut impl Rng) {
    rider(brush, 0.8, random);
    let paint = (label::MOTORCYCLE, one_of(&PAINTS, random));
    brush.rectangle([-0.13, 0.13], [0.0, 0.62], (label::MOTORCYCLE, TYRE), plain);
    brush.ellipse([-0.3, 0.3], [0.36, 1.0], paint, plain);
    brush.rectangle([-0.42, 0.42], [0.98, 1.06], (label::MOTORCYCLE, TYRE), plain);
    brush.ellipse([-0.1, 0.1], [0.62, 0.8], (label::MOTORCYCLE, [230.0, 210.0, 160.0]), plain);
}

/// A passenger car.
pub(super) fn car(brush: &mut Brush<'_>, random: &mut impl Rng) {
    let paint = one_of(&PAINTS, random);
    let (half, height) = (random.random_range(0.82..0.98), random.random_range(1.38..1.75));
    let body = (label::CAR, paint);
    wheels(brush, label::CAR, half);
    let waist = 0.58 * height;
    let cabin = [
        [-half * 0.96, waist],
        [half * 0.96, waist],
        [half * 0.74, height],
        [-half * 0.74, height],
    ];
    brush.polygon(&cabin, body);
    let glass = [
        [-half * 0.84, waist + 0.02],
        [half * 0.84, waist + 0.02],
        [half * 0.66, height * 0.94],
        [-half * 0.66, height * 0.94],
    ];
    brush.polygon(&glass, (label::CAR, GLASS));
    brush.rectangle([-half, half], [0.2, waist], body, |[_, down]| 1.1 - 0.45 * down);
    lamps(brush, label::CAR, half, waist * 0.78, random);
    brush.rectangle([-0.26, 0.26], [0.38, 0.5], (label::CAR, [220.0, 220.0, 210.0]), plain);
}

fn wheels(brush: &mut Brush<'_>, label: u8, half: f32) {
    for side in [-1.0, 1.0] {
        let inner = side * (half - 0.2);
        let across = [inner.min(side * half), inner.max(side * half)];
        brush.rectangle(across, [0.0, 0.4], (label, TYRE), plain);
    }
}

fn lamps(brush: &mut Brush<'_>, label: u8, half: f32, up: f32, random: &mut impl Rng) {
    let behind = random.random_bool(0.5);
    let colour = if behind { [196.0, 24.0, 28.0] } else { [246.0, 240.0, 210.0] };
    for side in [-1.0, 1.0] {
        let (inner, outer) = (side * (half - 0.28), side * (half - 0.04));
        let across = [inner.min(outer), inner.max(outer)];
        brush.rectangle(across, [up - 0.08, up + 0.08], (label, colour), plain);
    }
}

/// A lorry: a plain box over wheels.
pub(super) fn truck(brush: &mut Brush<'_>, random: &mut impl Rng) {
    let height = random.random_range(3.0..3.9);
    let paint = (label::TRUCK, one_of(&PAINTS, random));
    wheels(brush, label::TRUCK, 1.2);
    brush.rectangle([-1.15, 1.15], [0.4, 0.95], (label::TRUCK, [52.0; 3]), plain);
    brush.rectangle([-1.25, 1.25], [0.9, height], paint, |[across, _]| {
        if (across * 8.0).fract() < 0.12 { 0.86 } else { 1.0 }
    });
    lamps(brush, label::TRUCK, 1.2, 0.7, random);
}

/// A bus: a wide window over a coloured front.
pub(super) fn bus(brush: &mut Brush<'_>, random: &mut impl Rng) {
    let colours = [[208.0, 170.0, 40.0], [190.0, 40.0, 44.0], [60.0, 120.0, 180.0]];
    let paint = one_of(&colours, random);
    wheels(brush, label::BUS, 1.2);
    brush.rectangle([-1.25, 1.25], [0.3, 3.1], (label::BUS, paint), |[_, down]| 1.05 - 0.2 * down);
    brush.rectangle([-1.12, 1.12], [1.3, 2.5], (label::BUS, GLASS), plain);
    brush.rectangle([-0.8, 0.8], [2.62, 2.92], (label::BUS, [30.0, 30.0, 26.0]), |[across, _]| {
        if (across * 6.0).fract() < 0.6 { 5.0 } else { 1.0 }
    });
    lamps(brush, label::BUS, 1.2, 0.75, random);
}

/// A tram: narrow, high, with a pointed front and a lamp in the middle.
pub(super) fn train(brush: &mut Brush<'_>, random: &mut impl Rng) {
    let paint = (label::TRAIN, around([212.0, 206.0, 190.0], 18.0, random));
    let stripe = (label::TRAIN, one_of(&[[160.0, 28.0, 40.0], [30.0, 90.0, 70.0]], random));
    let front = [[-1.15, 0.25], [1.15, 0.25], [1.15, 2.9], [0.7, 3.6], [-0.7, 3.6], [-1.15, 2.9]];
    brush.polygon(&front, paint);
    brush.rectangle([-1.15, 1.15], [0.9, 1.3], stripe, plain);
    brush.rectangle([-0.9, 0.9], [1.5, 2.8], (label::TRAIN, GLASS), plain);
    let lamp = (label::TRAIN, [250.0, 246.0, 220.0]);
    brush.ellipse([-0.12, 0.12], [2.95, 3.2], lamp, plain);
    brush.rectangle([-1.0, 1.0], [0.0, 0.25], (label::TRAIN, [40.0; 3]), plain);
}
