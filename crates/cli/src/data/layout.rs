//! Layout of data sets in COCO format: annotation files and picture folders.

use std::path::{Path, PathBuf};

use anyhow::Result;

use crate::error::user;

/// Files of one part of a data set.
#[derive(Debug, Clone)]
pub struct Split {
    /// Annotation file.
    pub annotations: PathBuf,
    /// Folder of the pictures.
    pub images: PathBuf,
}

/// Files of the part `train` or `val` below a folder: COCO's own layout, with the picture folders below
/// `images` or beside `annotations`, or that of `CrowdPose`, with all pictures in `images`.
pub fn split(root: &Path, name: &str) -> Result<Split> {
    let folder = root.join("annotations");
    let annotations = folder.join(format!("person_keypoints_{name}2017.json"));
    let crowdpose = folder.join(format!("crowdpose_{name}.json"));
    if !annotations.exists() && crowdpose.exists() {
        return Ok(Split { annotations: crowdpose, images: root.join("images") });
    }
    if !annotations.exists() {
        return Err(user(format!(
            "data set {}: no file {}; expected COCO layout with \
             annotations/person_keypoints_{name}2017.json and images/{name}2017/",
            root.display(),
            annotations.display(),
        )));
    }
    let folders =
        [root.join("images").join(format!("{name}2017")), root.join(format!("{name}2017"))];
    match folders.iter().find(|folder| folder.is_dir()) {
        Some(images) => Ok(Split { annotations, images: images.clone() }),
        None => Err(user(format!(
            "data set {}: no picture folder; looked for {} and {}",
            root.display(),
            folders[0].display(),
            folders[1].display(),
        ))),
    }
}
