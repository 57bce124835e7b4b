//! Skeleton: limbs between joints, and the side of the body of each joint.

use scalenas_data::KeypointFacts;

/// Side of the body, from the person's own view.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// The person's left.
    Left,
    /// The person's right.
    Right,
    /// Head and trunk.
    Centre,
}

/// Joints and limbs of a data set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Skeleton {
    /// Side of each joint.
    pub sides: Vec<Side>,
    /// Pairs of joints joined by a limb.
    pub limbs: Vec<(usize, usize)>,
}

impl Skeleton {
    /// Joints whose names begin with `left` or `right` belong to that side. Limbs that name a joint
    /// which does not exist are left out.
    pub fn new(joints: &[String], limbs: &[(usize, usize)]) -> Self {
        let exists = |limb: &(usize, usize)| limb.0 < joints.len() && limb.1 < joints.len();
        Self {
            sides: joints.iter().map(|name| Side::of(name)).collect(),
            limbs: limbs.iter().copied().filter(exists).collect(),
        }
    }

    /// Side of a limb: that of its joints if both agree.
    pub(super) fn limb_side(&self, limb: (usize, usize)) -> Side {
        let (a, b) = (self.sides[limb.0], self.sides[limb.1]);
        if a == b { a } else { Side::Centre }
    }
}

impl From<&KeypointFacts> for Skeleton {
    fn from(facts: &KeypointFacts) -> Self {
        Self::new(&facts.joints, &facts.skeleton)
    }
}

impl Side {
    fn of(name: &str) -> Self {
        let name = name.to_ascii_lowercase();
        if name.starts_with("left") {
            Self::Left
        } else if name.starts_with("right") {
            Self::Right
        } else {
            Self::Centre
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sides_follow_names() {
        let joints = ["nose", "left_eye", "Right_Eye"].map(String::from);
        let skeleton = Skeleton::new(&joints, &[(0, 1), (1, 2), (2, 9)]);
        assert_eq!(skeleton.sides, [Side::Centre, Side::Left, Side::Right]);
        assert_eq!(skeleton.limbs, [(0, 1), (1, 2)]);
        assert_eq!(skeleton.limb_side((0, 1)), Side::Centre);
    }
}
