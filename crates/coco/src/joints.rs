//! Joint count that a file is checked against.

use std::fmt;

/// Joints that every annotation or result must have, and where the count comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum JointSet {
    /// The facts of a data set.
    Dataset {
        /// Name of the data set.
        name: String,
        /// Number of joints.
        joints: usize,
    },
    /// The sigmas of a metric, one per joint.
    Sigmas {
        /// Number of sigmas.
        joints: usize,
    },
}

impl JointSet {
    /// Number of joints.
    pub fn joints(&self) -> usize {
        match self {
            Self::Dataset { joints, .. } | Self::Sigmas { joints } => *joints,
        }
    }

    pub(crate) fn accepted(&self) -> &'static str {
        match self {
            Self::Dataset { .. } => "the facts of the data set that the file belongs to",
            Self::Sigmas { .. } => "one joint set throughout (COCO has 17 joints, CrowdPose 14)",
        }
    }
}

impl fmt::Display for JointSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Dataset { name, joints } => write!(f, "data set `{name}` has {joints}"),
            Self::Sigmas { joints } => write!(f, "the sigmas have {joints}"),
        }
    }
}
