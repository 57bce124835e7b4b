//! Heads: predictions of a network and the layers that they come from.

/// One prediction of a network, with its number of outputs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Head {
    /// One heatmap per joint at stride 4, from branch 0.
    TopDown {
        /// Number of joints.
        joints: usize,
    },
    /// The higher-resolution head of bottom-up pose: one heatmap and one tag per joint at stride 4,
    /// and one heatmap per joint at stride 2, from branch 0.
    BottomUp {
        /// Number of joints.
        joints: usize,
    },
    /// One score per class for the whole picture, from all branches.
    Classification {
        /// Number of classes.
        classes: usize,
    },
    /// Class scores at stride 4, from all branches.
    Segmentation {
        /// Number of classes.
        classes: usize,
    },
}

impl Head {
    /// Channels of the prediction: at stride 4, or of the whole picture.
    pub fn outputs(self) -> usize {
        match self {
            Self::TopDown { joints } => joints,
            Self::BottomUp { joints } => joints.saturating_mul(2),
            Self::Segmentation { classes } | Self::Classification { classes } => classes,
        }
    }

    /// Whether the prediction depends on every branch that leaves the last module, and not on the
    /// finest one alone.
    pub fn takes_all_branches(self) -> bool {
        match self {
            Self::TopDown { .. } | Self::BottomUp { .. } => false,
            Self::Segmentation { .. } | Self::Classification { .. } => true,
        }
    }
}
