//! Settings of grouping.

/// Joints of a COCO person, hips before arms: those that find a person best come first.
const COCO_ORDER: [usize; 17] = [0, 1, 2, 3, 4, 5, 6, 11, 12, 7, 8, 9, 10, 13, 14, 15, 16];

/// Limits, thresholds and joint order of grouping.
#[derive(Debug, Clone, PartialEq)]
pub struct Grouping {
    /// Maximum number of peaks per joint, and of people that joints are assigned to.
    pub max_people: usize,
    /// Heat that a peak must exceed.
    pub detection_threshold: f32,
    /// Tag distance from which a joint belongs to another person.
    pub tag_threshold: f64,
    /// Order in which joints are assigned: a permutation of all joints.
    pub joint_order: Vec<usize>,
}

/// Last stage of grouping.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// Peaks assigned to people, positions in whole pixels.
    Raw,
    /// Positions moved by a quarter pixel, then to the pixel's centre.
    Adjusted,
    /// Missing joints filled.
    Refined,
}

impl Grouping {
    /// The reference's settings for the 17 joints of COCO.
    pub fn coco() -> Self {
        Self::in_order(COCO_ORDER.to_vec())
    }

    /// The reference's settings for `joints` joints: COCO's order for 17, else the natural one.
    pub fn for_joints(joints: usize) -> Self {
        if joints == COCO_ORDER.len() {
            Self::coco()
        } else {
            Self::in_order((0..joints).collect())
        }
    }

    /// The reference's settings with joints assigned in the given order.
    pub fn in_order(joint_order: Vec<usize>) -> Self {
        Self { max_people: 30, detection_threshold: 0.1, tag_threshold: 1.0, joint_order }
    }
}
