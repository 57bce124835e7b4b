//! Facts of data sets by name or file.

use std::path::Path;

use anyhow::Result;
use scalenas_data::{KeypointFacts, SegmentationFacts};

use crate::error::user;

/// Facts of joints: built in by name, or from a file.
pub fn keypoint_facts(name: &str) -> Result<KeypointFacts> {
    match name {
        "coco" => Ok(KeypointFacts::coco()),
        "crowdpose" => Ok(KeypointFacts::crowdpose()),
        path if Path::new(path).exists() => Ok(KeypointFacts::read(path)?),
        other => Err(user(format!("facts is {other:?}, accepted: coco, crowdpose or a RON file"))),
    }
}

/// Facts of classes: built in by name, or from a file.
pub fn segmentation_facts(name: &str) -> Result<SegmentationFacts> {
    match name {
        "cityscapes" => Ok(SegmentationFacts::cityscapes()),
        path if Path::new(path).exists() => Ok(SegmentationFacts::read(path)?),
        other => Err(user(format!("facts is {other:?}, accepted: cityscapes or a RON file"))),
    }
}
