//! Augmentation of crops: half bodies, scale, rotation, mirroring.
//!
//! Source: the HRNet reference, with its numbers as defaults. A person's draw of an epoch comes
//! from a stream of its own, in a fixed order.

use rand::{Rng, RngExt};
use rand_distr::{Distribution, StandardNormal};
use scalenas_base::Size;
use serde::{Deserialize, Serialize};

use super::crop::Crop;
use super::people::{PersonBox, aspect, widen};
use crate::pictures::PIXELS_PER_SCALE;
use crate::{Error, KeypointFacts, Result};

/// Variation of crops.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum Augmentation {
    /// None, each crop is that of its box: validation and tests.
    #[default]
    None,
    /// Drawn anew each epoch.
    Training(TopDownAugment),
}

/// Ranges and probabilities from which a crop's variation is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TopDownAugment {
    /// Probability of half a body, for people with enough visible joints.
    pub half_body_probability: f64,
    /// Number of visible joints that must be exceeded for half a body.
    pub half_body_joints: usize,
    /// Standard deviation of the scale factor around 1, and its maximum distance from 1.
    pub scale: f64,
    /// Standard deviation of the rotation in degrees; twice this is the maximum.
    pub rotation: f64,
    /// Probability of a rotation.
    pub rotation_probability: f64,
    /// Probability of mirroring.
    pub flip_probability: f64,
}

impl Default for TopDownAugment {
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

/// Size of half a body's crop relative to the extent of its joints.
const HALF_BODY_PADDING: f64 = 1.5;
/// The upper half is taken when a normal draw is below this: about 69 in 100.
const UPPER_BODY_BELOW: f64 = 0.5;
/// Minimum number of visible joints of a chosen half.
const MIN_HALF_BODY_JOINTS: usize = 3;

impl TopDownAugment {
    /// Checks probabilities and ranges.
    ///
    /// # Errors
    /// When a probability is not within 0..=1, the scale not within 0..1 or the rotation negative.
    pub fn validate(&self) -> Result<()> {
        let check = |key, value: f64, good: bool, accepted| {
            let refused = || Error::Setting { key, value: value.to_string(), accepted };
            if good { Ok(()) } else { Err(refused()) }
        };
        let chance = |key, value: f64| check(key, value, (0.0..=1.0).contains(&value), "0 to 1");
        let (scale, rotation) = (self.scale, self.rotation);
        chance("augment.half_body_probability", self.half_body_probability)?;
        check("augment.scale", scale, (0.0..1.0).contains(&scale), "0 to less than 1")?;
        check("augment.rotation", rotation, (0.0..=180.0).contains(&rotation), "0 to 180 degrees")?;
        chance("augment.rotation_probability", self.rotation_probability)?;
        chance("augment.flip_probability", self.flip_probability)
    }

    /// A varied crop of a person in a picture of `width` pixels, for a network of size `input`.
    pub fn draw(
        &self,
        person: &PersonBox,
        width: usize,
        input: Size,
        facts: &KeypointFacts,
        rng: &mut impl Rng,
    ) -> Crop {
        let mut crop = Crop::of_person(person);
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
    let take_upper = draw < UPPER_BODY_BELOW && upper.len() >= MIN_HALF_BODY_JOINTS;
    let chosen = if take_upper || lower.len() < MIN_HALF_BODY_JOINTS { upper } else { lower };
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
    let units = HALF_BODY_PADDING / f64::from(PIXELS_PER_SCALE);
    let scale = widen([width, height], aspect).map(|side| (side * units) as f32);
    // Joints in one point would make a crop of no size.
    (scale[0] > 0.0).then_some(([x as f32, y as f32], scale))
}

fn normal(rng: &mut impl Rng) -> f64 {
    StandardNormal.sample(rng)
}

#[cfg(test)]
mod tests {
    use scalenas_base::rng;

    use super::*;
    use crate::pictures::Mirror;

    const INPUT: Size = Size::new(256, 192);
    const WIDTH: usize = 640;

    fn person() -> PersonBox {
        let joints = (0..17).map(f64::from).map(|j| [100.0 + 10.0 * j, 50.0 + 20.0 * j, 1.0]);
        PersonBox {
            image: 0,
            image_id: 1,
            annotation_id: Some(1),
            category_id: 1,
            bbox: [90.0, 40.0, 200.0, 400.0],
            center: [190.0, 240.0],
            scale: [1.875, 2.5],
            score: 1.0,
            joints: joints.collect(),
        }
    }

    fn draws(augment: &TopDownAugment) -> Vec<Crop> {
        let facts = KeypointFacts::coco();
        let draw = |i| {
            let mut rng = rng::stream(1, "test", &[i]);
            augment.draw(&person(), WIDTH, INPUT, &facts, &mut rng)
        };
        (0..2000).map(draw).collect()
    }

    fn share(crops: &[Crop], holds: impl Fn(&Crop) -> bool) -> f64 {
        crops.iter().filter(|crop| holds(crop)).count() as f64 / crops.len() as f64
    }

    #[test]
    fn draws_stay_within_the_recipe() {
        let whole = TopDownAugment { half_body_probability: 0.0, ..TopDownAugment::default() };
        let crops = draws(&whole);
        for crop in &crops {
            let factor = crop.scale[0] / person().scale[0];
            assert!((0.65 - 1e-6..=1.35 + 1e-6).contains(&factor));
            assert!(crop.rotation.abs() <= 90.0);
        }
        assert!((share(&crops, |c| c.rotation != 0.0) - 0.6).abs() < 0.04);
        assert!((share(&crops, |c| c.mirror == Mirror::LeftRight) - 0.5).abs() < 0.04);
    }

    #[test]
    fn half_bodies_are_three_in_ten_and_mostly_upper() {
        let still =
            TopDownAugment { scale: 0.0, flip_probability: 0.0, ..TopDownAugment::default() };
        let crops = draws(&still);
        let upper = share(&crops, |c| c.center[1] < 200.0);
        let lower = share(&crops, |c| c.center[1] > 280.0);
        assert!((upper + lower - 0.3).abs() < 0.04, "{upper} {lower}");
        assert!((upper / (upper + lower) - 0.69).abs() < 0.06, "{upper} {lower}");
    }

    #[test]
    fn mirrored_joints_swap_sides() {
        let always = TopDownAugment { flip_probability: 1.0, ..TopDownAugment::default() };
        let order = KeypointFacts::coco().mirrored();
        for crop in draws(&always) {
            for (joint, source) in crop.joints.iter().zip(&order) {
                let [x, y, _] = person().joints[*source];
                assert_eq!(joint[..2], [WIDTH as f64 - 1.0 - x, y]);
            }
        }
    }

    #[test]
    fn people_without_joints_are_varied_too() {
        let detection = PersonBox { joints: Vec::new(), ..person() };
        let always = TopDownAugment { flip_probability: 1.0, ..TopDownAugment::default() };
        let mut rng = rng::stream(1, "test", &[]);
        let crop = always.draw(&detection, WIDTH, INPUT, &KeypointFacts::coco(), &mut rng);
        assert!(crop.joints.is_empty() && crop.mirror == Mirror::LeftRight);
    }

    #[test]
    fn impossible_chances_are_refused() {
        let message =
            TopDownAugment { rotation_probability: 1.2, ..TopDownAugment::default() }.validate();
        assert!(message.unwrap_err().to_string().contains("rotation_probability: 1.2"));
    }
}
