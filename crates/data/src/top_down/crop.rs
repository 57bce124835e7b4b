//! The crop of one person, and its mirroring.

use super::people::PersonBox;
use crate::KeypointFacts;
use crate::pictures::Mirror;

/// A crop of a picture that may be mirrored first.
#[derive(Clone, Debug, PartialEq)]
pub struct Crop {
    /// Centre in pixels of the possibly mirrored picture.
    pub center: [f32; 2],
    /// Width and height in units of 200 pixels.
    pub scale: [f32; 2],
    /// Rotation in degrees.
    pub rotation: f64,
    /// Mirroring of the picture.
    pub mirror: Mirror,
    /// `[x, y, visible]` of each joint in the possibly mirrored picture.
    pub joints: Vec<[f64; 3]>,
}

impl Crop {
    /// The crop of a person's box, without variation.
    pub fn of_person(person: &PersonBox) -> Self {
        Self {
            center: person.center,
            scale: person.scale,
            rotation: 0.0,
            mirror: Mirror::No,
            joints: person.joints.clone(),
        }
    }

    /// Mirrors the crop within a picture of `width` pixels.
    pub(super) fn flip(&mut self, width: usize, facts: &KeypointFacts) {
        self.mirror = Mirror::LeftRight;
        self.center[0] = width as f32 - self.center[0] - 1.0;
        // Detections have no joints.
        if !self.joints.is_empty() {
            for &(a, b) in &facts.flip_pairs {
                self.joints.swap(a, b);
            }
        }
        for joint in &mut self.joints {
            joint[0] = width as f64 - joint[0] - 1.0;
        }
    }
}
