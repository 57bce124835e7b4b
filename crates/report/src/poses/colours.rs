//! Colours of limbs and people, chosen to stand out on photographs.

use super::skeleton::{Side, Skeleton};
use crate::raster::Rgb;

/// Meaning of the colours of limbs and joints.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Colouring {
    /// Side of the body, with a shade per limb: left in greens, right in oranges, the rest in
    /// blues.
    #[default]
    Limbs,
    /// Person: one colour for each.
    People,
}

/// First and last shade of a side.
const LEFT: [Rgb; 2] = [[28, 214, 180], [128, 226, 64]];
const RIGHT: [Rgb; 2] = [[255, 196, 58], [255, 96, 72]];
const CENTRE: [Rgb; 2] = [[92, 182, 255], [150, 132, 255]];

const PEOPLE: [Rgb; 8] = [
    [64, 169, 255],
    [255, 138, 61],
    [54, 207, 145],
    [255, 99, 146],
    [178, 134, 255],
    [255, 205, 60],
    [60, 214, 224],
    [198, 224, 72],
];

/// Colour of a person by index.
pub(super) fn of_person(person: usize) -> Rgb {
    PEOPLE[person % PEOPLE.len()]
}

/// One colour per limb.
pub(super) fn of_limbs(skeleton: &Skeleton) -> Vec<Rgb> {
    let sides: Vec<Side> = skeleton.limbs.iter().map(|limb| skeleton.limb_side(*limb)).collect();
    let rank = |index: usize| sides[..index].iter().filter(|side| **side == sides[index]).count();
    let total = |side: Side| sides.iter().filter(|other| **other == side).count();
    let shade = |(index, side): (usize, &Side)| {
        let share = rank(index) as f64 / (total(*side).max(2) - 1) as f64;
        mix(of_side(*side), share)
    };
    sides.iter().enumerate().map(shade).collect()
}

/// One colour per joint: the middle shade of its side.
pub(super) fn of_joints(skeleton: &Skeleton) -> Vec<Rgb> {
    skeleton.sides.iter().map(|side| mix(of_side(*side), 0.5)).collect()
}

fn of_side(side: Side) -> [Rgb; 2] {
    match side {
        Side::Left => LEFT,
        Side::Right => RIGHT,
        Side::Centre => CENTRE,
    }
}

fn mix([from, to]: [Rgb; 2], share: f64) -> Rgb {
    std::array::from_fn(|channel| {
        let (from, to) = (f64::from(from[channel]), f64::from(to[channel]));
        (from + (to - from) * share).round() as u8
    })
}
