//! Layout of data sets in COCO format: annotation files and picture folders.

use std::path::{Path, PathBuf};

use anyhow::Result;
use scalenas_data::{BoxPadding, BoxSource, DataFiles, Part, held_out};
use scalenas_train::TaskSource;

use crate::error::user;

/// Files of one part of a data set.
#[derive(Debug, Clone)]
pub struct Split {
    /// Annotation file.
    pub annotations: PathBuf,
    /// Folder of the pictures.
    pub images: PathBuf,
    /// Pictures of the file that belong to the part.
    pub share: Share,
    /// Boxes that top-down networks crop.
    pub boxes: BoxSource,
    /// Size of their crops relative to the boxes.
    pub box_padding: BoxPadding,
}

impl Split {
    /// All pictures of a file, with the annotated boxes.
    pub fn whole(annotations: PathBuf, images: PathBuf) -> Self {
        Self {
            annotations,
            images,
            share: Share::All,
            boxes: BoxSource::Annotated,
            box_padding: BoxPadding::default(),
        }
    }
}

/// Pictures of a list that belong to a part.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Share {
    /// All pictures of the list.
    All,
    /// Those of this part, where a share of the pictures is held out.
    HeldOut(Part, f64),
}

impl Share {
    /// Pictures of a part of a task's data.
    pub fn of(source: &TaskSource, part: Part) -> Self {
        source.files.val_share.map_or(Self::All, |share| Self::HeldOut(part, share))
    }

    /// Whether each of the named pictures of `list` belongs to the part.
    pub fn chosen(self, list: &Path, names: &[&str]) -> Result<Vec<bool>> {
        let Self::HeldOut(part, share) = self else { return Ok(vec![true; names.len()]) };
        if names.len() < 2 {
            return Err(user(format!(
                "{}: has {} picture, of which a share cannot be held out; accepted: at least 2",
                list.display(),
                names.len()
            )));
        }
        let wanted = part == Part::Val;
        Ok(held_out(names, share).into_iter().map(|is_held_out| is_held_out == wanted).collect())
    }
}

/// Files of a part of a task's data: those that its source names, else those of the layout.
pub fn part(source: &TaskSource, part: Part) -> Result<Split> {
    let (files, root) = (source.files.part(part), &source.data);
    let share = Share::of(source, part);
    let held_out_of_all = source.files.val_share.is_some();
    let layout = || split(root, if held_out_of_all { Part::Train.name() } else { part.name() });
    let (annotations, images) = match (&files.annotations, &files.images) {
        (Some(annotations), Some(images)) => (root.join(annotations), root.join(images)),
        (Some(annotations), None) => {
            let annotations = root.join(annotations);
            let images = pictures_beside(root, part, &annotations)?;
            (annotations, images)
        }
        (None, Some(images)) => (layout()?.annotations, root.join(images)),
        (None, None) => layout().map(|split| (split.annotations, split.images))?,
    };
    let DataFiles { boxes, box_padding, .. } = source.files;
    Ok(Split { annotations, images, share, boxes, box_padding })
}

/// Folder of the pictures of an annotation file whose own is not named.
fn pictures_beside(root: &Path, part: Part, annotations: &Path) -> Result<PathBuf> {
    let name = part.name();
    let folders = [
        root.join("images").join(format!("{name}2017")),
        root.join(format!("{name}2017")),
        root.join("images").join(name),
        root.join(name),
        root.join("images"),
    ];
    folders.iter().find(|folder| folder.is_dir()).cloned().ok_or_else(|| {
        user(format!(
            "{}: its pictures were not found; looked for {}; name their folder with --images FOLDER \
             (files.{name}.images in an experiment file)",
            annotations.display(),
            folders.each_ref().map(|folder| folder.display().to_string()).join(", "),
        ))
    })
}

/// Files of the part `train` or `val` below a folder: COCO's own layout, with the picture folders below
/// `images` or beside `annotations`, or that of `CrowdPose`, with all pictures in `images`.
pub fn split(root: &Path, name: &str) -> Result<Split> {
    let folder = root.join("annotations");
    let annotations = folder.join(format!("person_keypoints_{name}2017.json"));
    let crowdpose = folder.join(format!("crowdpose_{name}.json"));
    if !annotations.exists() && crowdpose.exists() {
        return Ok(Split::whole(crowdpose, root.join("images")));
    }
    if !annotations.exists() {
        return Err(user(format!(
            "data set {}: no file {}; expected COCO layout with \
             annotations/person_keypoints_{name}2017.json and images/{name}2017/; files of other names \
             are given with --annotations and --images, one file for both parts with --val-share",
            root.display(),
            annotations.display(),
        )));
    }
    let folders =
        [root.join("images").join(format!("{name}2017")), root.join(format!("{name}2017"))];
    match folders.iter().find(|folder| folder.is_dir()) {
        Some(images) => Ok(Split::whole(annotations, images.clone())),
        None => Err(user(format!(
            "data set {}: no picture folder; looked for {} and {}",
            root.display(),
            folders[0].display(),
            folders[1].display(),
        ))),
    }
}
