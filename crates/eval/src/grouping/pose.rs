//! A person found in a whole picture.

/// A person, in pixels of the maps.
#[derive(Debug, Clone, PartialEq)]
pub struct GroupedPose {
    /// `[x, y, score]` of each joint; score 0 where there is none.
    pub joints: Vec<[f32; 3]>,
    /// Tags of the joints' peaks `[joints, channels]`; 0 for joints without a peak.
    pub tags: Vec<f32>,
    /// Mean score over all joints, before missing ones are filled.
    pub score: f32,
}

impl GroupedPose {
    pub(super) fn empty(joints: usize, channels: usize) -> Self {
        Self { joints: vec![[0.0; 3]; joints], tags: vec![0.0; joints * channels], score: 0.0 }
    }

    /// Whether a joint was found.
    pub fn has(&self, joint: usize) -> bool {
        self.joints[joint][2] > 0.0
    }

    pub(super) fn set_score(&mut self) {
        let sum: f32 = self.joints.iter().map(|joint| joint[2]).sum();
        self.score = sum / self.joints.len() as f32;
    }
}
