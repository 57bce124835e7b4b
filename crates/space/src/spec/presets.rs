//! Presets: search spaces with a name, published ones and small ones for tests.

use super::head::Head;
use super::space::{LastModule, SpaceSpec, StageSpec, StemSpec};
use crate::error::{Error, Result};

/// Number of joints of COCO.
const COCO_JOINTS: usize = 17;
/// Number of classes of the `ImageNet` challenge.
const IMAGENET_CLASSES: usize = 1000;
/// Number of evaluated classes of Cityscapes.
const CITYSCAPES_CLASSES: usize = 19;
const PRESETS: [&str; 23] = [
    "pose_w32",
    "pose_w48",
    "bottom_up_w32",
    "bottom_up_w48",
    "segmentation_w32",
    "segmentation_w48",
    "classification_w32",
    "classification_w48",
    "multitask_w32",
    "multitask_w48",
    "pose_w18",
    "bottom_up_w18",
    "segmentation_w18",
    "classification_w18",
    "pose_lite",
    "bottom_up_lite",
    "segmentation_lite",
    "classification_lite",
    "tiny",
    "tiny_bottom_up",
    "tiny_segmentation",
    "tiny_classification",
    "tiny_multitask",
];

impl SpaceSpec {
    /// The published pose space with branches of `width`, 2, 4 and 8 times `width`.
    pub fn top_down(width: usize, joints: usize) -> Self {
        Self {
            last_module: LastModule::HighestResolution,
            ..Self::published(format!("pose_w{width}"), width, vec![Head::TopDown { joints }])
        }
    }

    /// The published pose space with the higher-resolution head of bottom-up pose.
    pub fn bottom_up(width: usize, joints: usize) -> Self {
        Self {
            name: format!("bottom_up_w{width}"),
            heads: vec![Head::BottomUp { joints }],
            ..Self::top_down(width, joints)
        }
    }

    /// The published segmentation space.
    pub fn segmentation(width: usize, classes: usize) -> Self {
        Self {
            last_module: LastModule::AllBranches,
            ..Self::published(
                format!("segmentation_w{width}"),
                width,
                vec![Head::Segmentation { classes }],
            )
        }
    }

    /// The published backbone with the head of HRNet for image classification, on which supernets are
    /// pre-trained.
    pub fn classification(width: usize, classes: usize) -> Self {
        let heads = vec![Head::Classification { classes }];
        Self::published(format!("classification_w{width}"), width, heads)
    }

    /// The published backbone with a top-down and a segmentation head.
    pub fn multitask(width: usize, joints: usize, classes: usize) -> Self {
        let heads = vec![Head::TopDown { joints }, Head::Segmentation { classes }];
        Self::published(format!("multitask_w{width}"), width, heads)
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
            heads: vec![Head::TopDown { joints: COCO_JOINTS }],
        }
    }

    /// The small pose space of [`SpaceSpec::tiny`] with the head of bottom-up pose.
    pub fn tiny_bottom_up() -> Self {
        Self {
            name: "tiny_bottom_up".to_owned(),
            heads: vec![Head::BottomUp { joints: COCO_JOINTS }],
            ..Self::tiny()
        }
    }

    /// A space as small as [`SpaceSpec::tiny`] for segmentation.
    pub fn tiny_segmentation() -> Self {
        Self {
            name: "tiny_segmentation".to_owned(),
            last_module: LastModule::AllBranches,
            heads: vec![Head::Segmentation { classes: CITYSCAPES_CLASSES }],
            ..Self::tiny()
        }
    }

    /// A space as small as [`SpaceSpec::tiny`] for the classification of pictures.
    pub fn tiny_classification() -> Self {
        Self {
            name: "tiny_classification".to_owned(),
            heads: vec![Head::Classification { classes: IMAGENET_CLASSES }],
            ..Self::tiny_segmentation()
        }
    }

    /// A space as small as [`SpaceSpec::tiny`] with a top-down and a segmentation head.
    pub fn tiny_multitask() -> Self {
        Self {
            name: "tiny_multitask".to_owned(),
            heads: vec![
                Head::TopDown { joints: COCO_JOINTS },
                Head::Segmentation { classes: CITYSCAPES_CLASSES },
            ],
            ..Self::tiny_segmentation()
        }
    }

    fn published(name: String, width: usize, heads: Vec<Head>) -> Self {
        let stages = [(1, 2), (4, 3), (3, 4)];
        Self {
            name,
            stem: StemSpec { channels: 64, bottlenecks: 4, bottleneck_channels: 64, expansion: 4 },
            widths: [1, 2, 4, 8].map(|factor| width.saturating_mul(factor)).to_vec(),
            stages: stages.map(|(modules, branches)| StageSpec { modules, branches }).to_vec(),
            steps: 5,
            depth_choices: vec![2, 3, 4, 5],
            last_module: LastModule::AllBranches,
            heads,
        }
    }

    /// A space for small devices, with the head of another one: width 18, half of the stem, one or two
    /// modules per stage instead of up to four, branches of one to four blocks.
    fn lite(head: Self, name: &str) -> Self {
        let stages = [(1, 2), (2, 3), (1, 4)];
        Self {
            name: name.to_owned(),
            stem: StemSpec { channels: 32, bottlenecks: 2, bottleneck_channels: 32, expansion: 4 },
            stages: stages.map(|(modules, branches)| StageSpec { modules, branches }).to_vec(),
            steps: 4,
            depth_choices: vec![1, 2, 3, 4],
            ..head
        }
    }

    /// The space of a name in [`SpaceSpec::presets`].
    pub fn preset(name: &str) -> Result<Self> {
        match name {
            "pose_w32" => Ok(Self::top_down(32, COCO_JOINTS)),
            "pose_w48" => Ok(Self::top_down(48, COCO_JOINTS)),
            "bottom_up_w32" => Ok(Self::bottom_up(32, COCO_JOINTS)),
            "bottom_up_w48" => Ok(Self::bottom_up(48, COCO_JOINTS)),
            "segmentation_w32" => Ok(Self::segmentation(32, CITYSCAPES_CLASSES)),
            "segmentation_w48" => Ok(Self::segmentation(48, CITYSCAPES_CLASSES)),
            "classification_w32" => Ok(Self::classification(32, IMAGENET_CLASSES)),
            "classification_w48" => Ok(Self::classification(48, IMAGENET_CLASSES)),
            "multitask_w32" => Ok(Self::multitask(32, COCO_JOINTS, CITYSCAPES_CLASSES)),
            "multitask_w48" => Ok(Self::multitask(48, COCO_JOINTS, CITYSCAPES_CLASSES)),
            "pose_w18" => Ok(Self::top_down(18, COCO_JOINTS)),
            "bottom_up_w18" => Ok(Self::bottom_up(18, COCO_JOINTS)),
            "segmentation_w18" => Ok(Self::segmentation(18, CITYSCAPES_CLASSES)),
            "classification_w18" => Ok(Self::classification(18, IMAGENET_CLASSES)),
            "pose_lite" => Ok(Self::lite(Self::top_down(18, COCO_JOINTS), name)),
            "bottom_up_lite" => Ok(Self::lite(Self::bottom_up(18, COCO_JOINTS), name)),
            "segmentation_lite" => Ok(Self::lite(Self::segmentation(18, CITYSCAPES_CLASSES), name)),
            "classification_lite" => {
                Ok(Self::lite(Self::classification(18, IMAGENET_CLASSES), name))
            }
            "tiny" => Ok(Self::tiny()),
            "tiny_bottom_up" => Ok(Self::tiny_bottom_up()),
            "tiny_segmentation" => Ok(Self::tiny_segmentation()),
            "tiny_classification" => Ok(Self::tiny_classification()),
            "tiny_multitask" => Ok(Self::tiny_multitask()),
            _ => Err(Error::UnknownPreset {
                name: name.to_owned(),
                nearest: nearest(name).to_owned(),
                accepted: PRESETS.join(", "),
            }),
        }
    }

    /// Names that [`SpaceSpec::preset`] accepts.
    pub fn presets() -> &'static [&'static str] {
        &PRESETS
    }
}

/// The preset whose name has the smallest edit distance.
fn nearest(name: &str) -> &'static str {
    let distance = |candidate: &&str| strsim::levenshtein(name, candidate);
    PRESETS.iter().copied().min_by_key(distance).expect("there are presets")
}
