//! Associative embedding: from heatmaps and tags of a whole picture to its people.
//!
//! Source: the HigherHRNet reference. Peaks of each heatmap ([`Grouping::max_people`] a joint) are
//! assigned, joint after joint, to the people whose mean tag is near; positions move a quarter
//! pixel toward the larger neighbour; joints that no peak gave are filled from the pixel that
//! fits the person's tag best.
//!
//! Invariants: the result depends on nothing but the maps; cost is at most quadratic in people,
//! and pixels are looked at more than once only where a person may have a joint.

mod adjust;
mod assemble;
mod assign;
mod cells;
mod maps;
mod peaks;
mod pose;
mod refine;

use rayon::prelude::*;

pub use maps::SceneMaps;
pub use pose::GroupedPose;

use crate::error::{Error, Result};
use maps::HeatBounds;

/// Joints of a COCO person, hips before arms: those that find a person best come first.
const COCO_ORDER: [usize; 17] = [0, 1, 2, 3, 4, 5, 6, 11, 12, 7, 8, 9, 10, 13, 14, 15, 16];

/// How people are grouped.
#[derive(Debug, Clone, PartialEq)]
pub struct Grouping {
    /// Peaks kept a joint, and people that joints are assigned to.
    pub max_people: usize,
    /// Peaks at or below this are none.
    pub detection_threshold: f32,
    /// Tags at least this far from a person's are of somebody else.
    pub tag_threshold: f64,
    /// Order in which joints are assigned: a permutation of all joints.
    pub joint_order: Vec<usize>,
}

/// How far grouping goes.
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

    /// The people of a scene, refined.
    ///
    /// # Errors
    /// When the maps have other joints than the order, or a NaN or infinity where grouping looks:
    /// anywhere in the heatmaps, and in tags at peaks and where missing joints are searched.
    pub fn group(&self, scene: &SceneMaps<'_>) -> Result<Vec<GroupedPose>> {
        self.group_until(scene, Stage::Refined)
    }

    /// The people of each scene, scenes in parallel; the first error in their order.
    pub fn group_batch(&self, scenes: &[SceneMaps<'_>]) -> Result<Vec<Vec<GroupedPose>>> {
        let groups: Vec<_> = scenes.par_iter().map(|scene| self.group(scene)).collect();
        groups.into_iter().collect()
    }

    /// [`group`](Self::group), stopped after `stage`.
    pub fn group_until(&self, scene: &SceneMaps<'_>, stage: Stage) -> Result<Vec<GroupedPose>> {
        self.check_order(scene.joints())?;
        let heat: Vec<HeatBounds> =
            (0..scene.joints()).map(|joint| scene.heat_bounds(joint)).collect::<Result<_>>()?;
        let mut poses = assemble::assemble(self, scene, &heat)?;
        if stage != Stage::Raw {
            for pose in &mut poses {
                adjust::adjust(pose, scene);
            }
        }
        if stage == Stage::Refined {
            refine::refine(&mut poses, scene, &heat)?;
        }
        Ok(poses)
    }

    fn check_order(&self, joints: usize) -> Result<()> {
        let mut seen = vec![false; joints];
        let fresh =
            |&joint: &usize| seen.get_mut(joint).is_some_and(|seen| !std::mem::replace(seen, true));
        if self.joint_order.len() == joints && self.joint_order.iter().all(fresh) {
            return Ok(());
        }
        Err(Error::Maps {
            what: "joint_order",
            found: format!("{:?} for maps of {joints} joints", self.joint_order),
            accepted: "every joint of the maps once",
        })
    }
}
