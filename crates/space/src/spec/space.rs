//! Search space: everything that its networks have in common, and the choices between them.

use serde::{Deserialize, Serialize};

use super::head::Head;

/// Branches that leave the last module.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum LastModule {
    /// Only branch 0: its last step takes every source, the last step of the others only itself.
    HighestResolution,
    /// All branches, without a rule for the last step.
    AllBranches,
}

/// Stem: two 3x3 stride-2 convolutions, then bottlenecks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StemSpec {
    /// Width of both convolutions.
    pub channels: usize,
    /// Number of bottlenecks.
    pub bottlenecks: usize,
    /// Inner width of a bottleneck.
    pub bottleneck_channels: usize,
    /// Outer width of a bottleneck, in inner widths.
    pub expansion: usize,
}

/// Modules with the same number of branches.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StageSpec {
    /// Number of modules.
    pub modules: usize,
    /// Branches per module; every stage has one more than the one before.
    pub branches: usize,
}

/// A search space: what all its networks share, and the choices between them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SpaceSpec {
    /// Name in messages and files.
    pub name: String,
    /// Layers in front of the searched modules.
    pub stem: StemSpec,
    /// Channels of each branch, finest first.
    pub widths: Vec<usize>,
    /// Searched stages in order.
    pub stages: Vec<StageSpec>,
    /// Maximum number of steps of a module: the largest depth.
    pub steps: usize,
    /// Allowed depths, ascending.
    pub depth_choices: Vec<usize>,
    /// Branches that leave the last module.
    pub last_module: LastModule,
    /// Heads, each of another task, in the order of their outputs.
    #[serde(rename = "head", with = "super::head_file")]
    pub heads: Vec<Head>,
}

impl SpaceSpec {
    /// Branches of each searched module, in order.
    pub fn module_branches(&self) -> Vec<usize> {
        self.stages.iter().flat_map(|stage| vec![stage.branches; stage.modules]).collect()
    }

    /// Number of searched modules.
    pub fn modules(&self) -> usize {
        self.stages.iter().map(|stage| stage.modules).sum()
    }

    /// Width of the features that leave the stem.
    pub fn stem_output(&self) -> usize {
        match self.stem.bottlenecks {
            0 => self.stem.channels,
            _ => self.stem.bottleneck_channels * self.stem.expansion,
        }
    }

    /// Stride of the coarsest branch in pixels; input sides are multiples of it.
    pub fn coarsest_stride(&self) -> usize {
        4 << (self.widths.len() - 1)
    }

    /// The space with some of its heads.
    #[must_use]
    pub fn with_heads(&self, heads: &[Head]) -> Self {
        Self { heads: heads.to_vec(), ..self.clone() }
    }

    /// Channels of the predictions at stride 4, of all heads together.
    pub fn outputs(&self) -> usize {
        self.heads.iter().fold(0, |sum, head| sum.saturating_add(head.outputs()))
    }

    /// Joints that a pose head predicts, if there is one.
    pub fn joints(&self) -> Option<usize> {
        self.heads.iter().find_map(|head| match *head {
            Head::TopDown { joints } | Head::BottomUp { joints } => Some(joints),
            Head::Segmentation { .. } | Head::Classification { .. } => None,
        })
    }

    /// Classes that a head predicts, of pixels or of pictures, if there is one.
    pub fn classes(&self) -> Option<usize> {
        self.heads.iter().find_map(|head| match *head {
            Head::Segmentation { classes } | Head::Classification { classes } => Some(classes),
            Head::TopDown { .. } | Head::BottomUp { .. } => None,
        })
    }

    /// Whether a head finds the joints of whole pictures and groups them.
    pub fn is_bottom_up(&self) -> bool {
        self.heads.iter().any(|head| matches!(head, Head::BottomUp { .. }))
    }

    /// Whether module `index` is the last one of a space where only branch 0 leaves.
    pub fn is_converging(&self, index: usize) -> bool {
        self.last_module == LastModule::HighestResolution && index + 1 == self.modules()
    }
}
