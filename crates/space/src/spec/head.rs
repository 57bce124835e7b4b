//! Heads: predictions of a network and the layers that they come from.

use serde::{Deserialize, Serialize};

/// What the network predicts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub enum Head {
    /// One heatmap a joint at stride 4.
    Heatmap {
        /// Number of joints.
        joints: usize,
    },
    /// Class scores at stride 4 from all branches.
    Segmentation {
        /// Number of classes.
        classes: usize,
    },
    /// The higher-resolution head of bottom-up pose: a heatmap and a tag a joint at stride 4, and a
    /// heatmap a joint at stride 2.
    BottomUp {
        /// Number of joints.
        joints: usize,
    },
    /// Both of one backbone: heatmaps from branch 0, class scores from all branches.
    Multitask {
        /// Number of joints.
        joints: usize,
        /// Number of classes.
        classes: usize,
    },
}

impl Head {
    /// What is predicted, one head a task.
    pub fn parts(self) -> Vec<Self> {
        match self {
            Self::Multitask { joints, classes } => {
                vec![Self::Heatmap { joints }, Self::Segmentation { classes }]
            }
            one => vec![one],
        }
    }
}
