//! How training varies a crop: half bodies, scale, rotation, mirroring.
//!
//! Source: the HRNet reference, with its numbers as defaults. A person's draw of an epoch comes
//! from a stream of its own, in a fixed order.

use rand::{Rng, RngExt};
use rand_distr::{Distribution, StandardNormal};
use serde::{Deserialize, Serialize};

use crate::people::{aspect, widen};
use crate::{Error, KeypointFacts, Mirror, PersonBox, Result};

/// Whether crops are varied.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum Augmentation {
    /// Crops as the boxes say: validation and tests.
    #[default]
    None,
    /// Varied anew each epoch.
    Training(Augment),
}

/// How much crops are varied.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Augment {
    /// Chance of half a body, for people with enough visible joints.
    pub half_body_probability: f64,
    /// More visible joints than this are enough.
    pub half_body_joints: usize,
    /// The scale is multiplied by 1 + this times a normal draw, at most this far from 1.
    pub scale: f64,
    /// The rotation is this many degrees times a normal draw, twice this at most.
    pub rotation: f64,
    /// Chance of a rotation.
    pub rotation_probability: f64,
    /// Chance of mirroring.
    pub flip_probability: f64,
}

impl Default for Augment {
    fn default() -> Self {
        Self {
            half_body_probability: 0.3,
            half_body_joints: 8,
            scale: 0.35,
            rotation: 45.0,
            rotation_probability: 0.6,
            flip_probability: 0.5,
        }
    }
}

/// How much larger than its joints half a body's crop is.
const HALF_BODY_PADDING: f64 = 1.5;
/// The upper half is taken when a normal draw is below this: about 69 in 100.
const UPPER_BODY_BELOW: f64 = 0.5;
/// Fewer visible joints than this cannot stand for a chosen half.
const HALF_BODY_LEAST: usize = 3;

/// A crop of the picture, mirrored first if so.
#[derive(Clone, Debug, PartialEq)]
pub struct Crop {
    /// Centre in pixels of the possibly mirrored picture.
    pub center: [f32; 2],
    /// Size in 200 pixels.
    pub scale: [f32; 2],
    /// Degrees.
    pub rotation: f64,
    /// Whether the picture is mirrored.
    pub mirror: Mirror,
    /// `[x, y, visible]` of each joint in the possibly mirrored picture.
    pub joints: Vec<[f64; 3]>,
}

impl Crop {
    /// The crop of a person's box, unvaried.
    pub fn of(person: &PersonBox) -> Self {
        Self {
            center: person.center,
            scale: person.scale,
            rotation: 0.0,
            mirror: Mirror::No,
            joints: person.joints.clone(),
        }
    }

    /// Mirrors the crop within a picture of `width` pixels.
    fn flip(&mut self, width: usize, facts: &KeypointFacts) {
        self.mirror = Mirror::LeftRight;
        self.center[0] = width as f32 - self.center[0] - 1.0;
        for &(a, b) in &facts.flip_pairs {
            self.joints.swap(a, b);
        }
        for joint in &mut self.joints {
            joint[0] = width as f64 - joint[0] - 1.0;
        }
    }
}

impl Augment {
    /// Checks the chances and ranges.
    ///
    /// # Errors
    /// When a chance is not within 0..=1, the scale not within 0..1 or the rotation negative.
    pub fn validate(&self) -> Result<()> {
        let chance = |value: f64| (0.0..=1.0).contains(&value);
        let settings: [(&'static str, f64, bool, &'static str); 5] = [
            (
                "half_body_probability",
                self.half_body_probability,
                chance(self.half_body_probability),
                "0 to 1",
            ),
            ("scale", self.scale, (0.0..1.0).contains(&self.scale), "0 to less than 1"),
            ("rotation", self.rotation, (0.0..=180.0).contains(&self.rotation), "0 to 180 degrees"),
            (
                "rotation_probability",
                self.rotation_probability,
                chance(self.rotation_probability),
                "0 to 1",
            ),
            ("flip_probability", self.flip_probability, chance(self.flip_probability), "0 to 1"),
        ];
        match settings.into_iter().find(|(_, _, good, _)| !good) {
            None => Ok(()),
            Some((key, value, _, accepted)) => {
                Err(Error::Setting { key, value: value.to_string(), accepted })
            }
        }
    }

    /// A varied crop of a person in a picture of `width` pixels, for a network of `input` =
    /// (height, width).
    pub fn draw(
        &self,
        person: &PersonBox,
        width: usize,
        input: (usize, usize),
        facts: &KeypointFacts,
        rng: &mut impl Rng,
    ) -> Crop {
        let mut crop = Crop::of(person);
        let visible = crop.joints.iter().filter(|j| j[2] > 0.0).count();
        if visible > self.half_body_joints && rng.random_bool(self.half_body_probability) {
            let half = half_body(&crop.joints, facts, normal(rng), aspect(input));
            if let Some((center, scale)) = half {
                (crop.center, crop.scale) = (center, scale);
            }
        }
        let factor = (1.0 + self.scale * normal(rng)).clamp(1.0 - self.scale, 1.0 + self.scale);
        crop.scale = crop.scale.map(|side| (f64::from(side) * factor) as f32);
        let angle = (self.rotation * normal(rng)).clamp(-2.0 * self.rotation, 2.0 * self.rotation);
        if rng.random_bool(self.rotation_probability) {
            crop.rotation = angle;
        }
        if rng.random_bool(self.flip_probability) {
            crop.flip(width, facts);
        }
        crop
    }
}

/// Centre and scale around the visible joints of one half of a body.
fn half_body(
    joints: &[[f64; 3]],
    facts: &KeypointFacts,
    draw: f64,
    aspect: f64,
) -> Option<([f32; 2], [f32; 2])> {
    let visible = joints.iter().enumerate().filter(|(_, joint)| joint[2] > 0.0);
    let (upper, lower): (Vec<_>, Vec<_>) =
        visible.partition(|(index, _)| facts.upper_body.contains(index));
    let take_upper = draw < UPPER_BODY_BELOW && upper.len() >= HALF_BODY_LEAST;
    let chosen = if take_upper || lower.len() < HALF_BODY_LEAST { upper } else { lower };
    if chosen.len() < 2 {
        return None;
    }
    let axis = |axis: usize| {
        let values = chosen.iter().map(|(_, joint)| joint[axis]);
        let (low, high) = values
            .clone()
            .fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), v| (l.min(v), h.max(v)));
        (values.sum::<f64>() / chosen.len() as f64, high - low)
    };
    let ((x, width), (y, height)) = (axis(0), axis(1));
    let units = HALF_BODY_PADDING / f64::from(crate::affine::PIXELS_PER_SCALE);
    let scale = widen([width, height], aspect).map(|side| (side * units) as f32);
    // Joints in one point would make a crop of no size.
    (scale[0] > 0.0).then_some(([x as f32, y as f32], scale))
}

fn normal(rng: &mut impl Rng) -> f64 {
    StandardNormal.sample(rng)
}
