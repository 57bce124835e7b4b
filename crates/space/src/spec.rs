//! The search space: what the published one is made of, as data.

use serde::{Deserialize, Serialize};

use crate::architecture::{MAX_BRANCHES, MAX_STEPS};
use crate::error::{Error, Result};

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
}

/// Which branches leave the last module.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum LastModule {
    /// Only branch 0: its last step takes every source, the last step of the others only itself.
    HighestResolution,
    /// All of them, without a special rule.
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
    /// Branches of each; every stage has one more than the one before.
    pub branches: usize,
}

/// A search space.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SpaceSpec {
    /// Name in messages and files.
    pub name: String,
    /// In front of the searched modules.
    pub stem: StemSpec,
    /// Channels of each branch, finest first.
    pub widths: Vec<usize>,
    /// Searched stages.
    pub stages: Vec<StageSpec>,
    /// Steps of a module: the largest depth.
    pub steps: usize,
    /// Allowed depths, ascending.
    pub depth_choices: Vec<usize>,
    /// Which branches leave.
    pub last_module: LastModule,
    /// What is predicted.
    pub head: Head,
}

/// Joints of COCO.
const COCO_JOINTS: usize = 17;
/// Evaluated classes of Cityscapes.
const CITYSCAPES_CLASSES: usize = 19;
const PRESETS: [&str; 5] = ["pose_w32", "pose_w48", "segmentation_w32", "segmentation_w48", "tiny"];

impl SpaceSpec {
    /// The published pose space with branches of `width`, 2, 4 and 8 times `width`.
    pub fn pose(width: usize, joints: usize) -> Self {
        Self {
            last_module: LastModule::HighestResolution,
            ..Self::published(format!("pose_w{width}"), width, Head::Heatmap { joints })
        }
    }

    /// The published segmentation space.
    pub fn segmentation(width: usize, classes: usize) -> Self {
        Self {
            last_module: LastModule::AllBranches,
            ..Self::published(
                format!("segmentation_w{width}"),
                width,
                Head::Segmentation { classes },
            )
        }
    }

    /// A pose space small enough to train on a laptop in minutes: one bottleneck, narrow branches,
    /// one module of two branches, two of three, one of four.
    pub fn tiny() -> Self {
        let stages = [(1, 2), (2, 3), (1, 4)];
        Self {
            name: "tiny".to_owned(),
            stem: StemSpec { channels: 16, bottlenecks: 1, bottleneck_channels: 16, expansion: 2 },
            widths: vec![16, 32, 48, 64],
            stages: stages.map(|(modules, branches)| StageSpec { modules, branches }).to_vec(),
            steps: 3,
            depth_choices: vec![1, 2, 3],
            last_module: LastModule::HighestResolution,
            head: Head::Heatmap { joints: COCO_JOINTS },
        }
    }

    fn published(name: String, width: usize, head: Head) -> Self {
        let stages = [(1, 2), (4, 3), (3, 4)];
        Self {
            name,
            stem: StemSpec { channels: 64, bottlenecks: 4, bottleneck_channels: 64, expansion: 4 },
            widths: vec![width, 2 * width, 4 * width, 8 * width],
            stages: stages.map(|(modules, branches)| StageSpec { modules, branches }).to_vec(),
            steps: 5,
            depth_choices: vec![2, 3, 4, 5],
            last_module: LastModule::AllBranches,
            head,
        }
    }

    /// A space by name.
    pub fn preset(name: &str) -> Result<Self> {
        match name {
            "pose_w32" => Ok(Self::pose(32, COCO_JOINTS)),
            "pose_w48" => Ok(Self::pose(48, COCO_JOINTS)),
            "segmentation_w32" => Ok(Self::segmentation(32, CITYSCAPES_CLASSES)),
            "segmentation_w48" => Ok(Self::segmentation(48, CITYSCAPES_CLASSES)),
            "tiny" => Ok(Self::tiny()),
            _ => Err(Error::UnknownPreset {
                name: name.to_owned(),
                nearest: nearest(name, &PRESETS).to_owned(),
                accepted: PRESETS.join(", "),
            }),
        }
    }

    /// Names that [`SpaceSpec::preset`] accepts.
    pub fn presets() -> &'static [&'static str] {
        &PRESETS
    }

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

    /// Stride of the coarsest branch: input sides are multiples of it.
    pub fn coarsest_stride(&self) -> usize {
        4 << (self.widths.len() - 1)
    }

    /// Channels of the prediction.
    pub fn outputs(&self) -> usize {
        match self.head {
            Head::Heatmap { joints } => joints,
            Head::Segmentation { classes } => classes,
        }
    }

    /// Whether module `index` is the last one of a space where only branch 0 leaves.
    pub fn is_converging(&self, index: usize) -> bool {
        self.last_module == LastModule::HighestResolution && index + 1 == self.modules()
    }

    /// Checks that the values make a network.
    pub fn validate(&self) -> Result<()> {
        self.validate_stages()?;
        let bad = |key, value: String, accepted: &str| {
            Err(Error::Spec { space: self.name.clone(), key, value, accepted: accepted.to_owned() })
        };
        if self.widths.contains(&0) {
            return bad("widths", format!("{:?}", self.widths), "channels above 0");
        }
        if self.stem.channels == 0 || self.stem_output() == 0 {
            return bad("stem", format!("{:?}", self.stem), "channels above 0");
        }
        let ascending = self.depth_choices.windows(2).all(|pair| pair[0] < pair[1]);
        let range = self.depth_choices.first() >= Some(&1)
            && self.depth_choices.last() == Some(&self.steps);
        if !ascending || !range {
            let accepted = format!("ascending from at least 1 to the {} steps", self.steps);
            return bad("depth_choices", format!("{:?}", self.depth_choices), &accepted);
        }
        if self.steps > MAX_STEPS {
            return bad("steps", self.steps.to_string(), &format!("at most {MAX_STEPS}"));
        }
        if self.outputs() == 0 {
            return bad("head", format!("{:?}", self.head), "at least one output");
        }
        Ok(())
    }

    fn validate_stages(&self) -> Result<()> {
        let count = self.widths.len();
        let growing = self.stages.iter().enumerate().all(|(i, s)| s.branches == i + 2);
        let last = self.stages.last().is_some_and(|stage| stage.branches == count);
        if growing && last && self.stages.iter().all(|s| s.modules > 0) && count <= MAX_BRANCHES {
            return Ok(());
        }
        Err(Error::Spec {
            space: self.name.clone(),
            key: "stages",
            value: format!("{:?}", self.stages),
            accepted: format!("branches 2, 3, … up to {count} widths, at least one module each"),
        })
    }
}

/// The candidate with the smallest edit distance.
fn nearest<'a>(name: &str, candidates: &[&'a str]) -> &'a str {
    candidates.iter().min_by_key(|candidate| distance(name, candidate)).expect("there are presets")
}

/// Levenshtein distance.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, ca) in a.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, &cb) in b.iter().enumerate() {
            let substitute = diagonal + usize::from(ca != cb);
            diagonal = row[j + 1];
            row[j + 1] = substitute.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[b.len()]
}
