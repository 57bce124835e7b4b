//! The stages of grouping: peaks to people, positions below a pixel, missing joints.

use rayon::prelude::*;

use super::adjust::adjust;
use super::assemble::assemble;
use super::maps::{HeatBounds, PredictedMaps};
use super::pose::GroupedPose;
use super::refine::refine;
use super::settings::{Grouping, Stage};
use crate::error::{Error, Result};

impl Grouping {
    /// The people of a picture, refined.
    ///
    /// # Errors
    /// When the maps have other joints than the order, or a NaN or infinity where grouping reads:
    /// anywhere in the heatmaps, and in tags at peaks and where missing joints are searched.
    pub fn group(&self, scene: &PredictedMaps<'_>) -> Result<Vec<GroupedPose>> {
        self.group_until(scene, Stage::Refined)
    }

    /// The people of each picture, in parallel; the first error in their order.
    pub fn group_batch(&self, scenes: &[PredictedMaps<'_>]) -> Result<Vec<Vec<GroupedPose>>> {
        let groups: Vec<_> = scenes.par_iter().map(|scene| self.group(scene)).collect();
        groups.into_iter().collect()
    }

    /// [`group`](Self::group), stopped after `stage`.
    pub fn group_until(&self, scene: &PredictedMaps<'_>, stage: Stage) -> Result<Vec<GroupedPose>> {
        self.check_order(scene.joints())?;
        let heat: Vec<HeatBounds> =
            (0..scene.joints()).map(|joint| scene.heat_bounds(joint)).collect::<Result<_>>()?;
        let mut poses = assemble(self, scene, &heat)?;
        if stage != Stage::Raw {
            for pose in &mut poses {
                adjust(pose, scene);
            }
        }
        if stage == Stage::Refined {
            refine(&mut poses, scene, &heat)?;
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
