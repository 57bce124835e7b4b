//! Keypoint annotations in the COCO format: pictures and the people in them.
//!
//! Read in one pass over the file's bytes; outlines are kept only for the regions that training
//! has to ignore (crowds and people without joints), for which they are needed.
//! Checked while reading, so that every [`CocoKeypoints`] has unique ids, known
//! images and the joint count of its facts. `CrowdPose` files read the same way.

mod check;
mod parse;

use std::collections::HashMap;
use std::fs;
use std::path::Path;

use crate::{Error, KeypointFacts, Result};

/// Share of a box that a person without a given area is taken to cover (`CrowdPose`).
pub const AREA_OF_BOX: f64 = 0.53;

/// The content of an annotation file.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CocoKeypoints {
    /// Pictures, in the order of the file.
    pub images: Vec<ImageInfo>,
    /// People, in the order of the file.
    pub annotations: Vec<Annotation>,
    positions: HashMap<i64, usize>,
}

/// One picture.
#[derive(Clone, Debug, PartialEq)]
pub struct ImageInfo {
    /// Its id.
    pub id: i64,
    /// Its file, relative to the folder of the pictures.
    pub file_name: String,
    /// Columns.
    pub width: usize,
    /// Rows.
    pub height: usize,
    /// How crowded it is, 0 to 1 (`CrowdPose`).
    pub crowd_index: Option<f64>,
}

/// One person, or a region with many (`iscrowd`).
#[derive(Clone, Debug, PartialEq)]
pub struct Annotation {
    /// Its id.
    pub id: i64,
    /// The picture.
    pub image_id: i64,
    /// `[x, y, width, height]` in pixels.
    pub bbox: [f64; 4],
    /// Pixels covered; [`AREA_OF_BOX`] of the box where the file gives none.
    pub area: f64,
    /// Whether this is a region of many people, which is ignored.
    pub iscrowd: bool,
    /// Joints with a label.
    pub num_keypoints: usize,
    /// `[x, y, visibility]` of each joint: 0 not labelled, 1 hidden, 2 visible.
    pub keypoints: Vec<[f64; 3]>,
    /// Outline of an ignored region; [`Segmentation::Absent`] for people with joints.
    pub segmentation: Segmentation,
}

/// The outline of a region.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Segmentation {
    /// None, or of a person with joints, whose outline nothing here needs.
    #[default]
    Absent,
    /// Polygons `[x0, y0, x1, y1, ..]`.
    Polygons(Vec<Vec<f32>>),
    /// Run lengths down the columns, starting with background; `size` = [height, width].
    Runs {
        /// `[height, width]`
        size: [usize; 2],
        /// Alternating background and foreground lengths.
        counts: Vec<u32>,
    },
    /// COCO's compressed run lengths, as in the file.
    Compressed {
        /// `[height, width]`
        size: [usize; 2],
        /// The encoded string.
        counts: String,
    },
}

/// What to do about labelled people whose boxes cannot be cropped.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum BadBoxes {
    /// Report them.
    #[default]
    Fail,
    /// Leave them out when people are listed, as the HRNet reference does.
    Skip,
}

impl CocoKeypoints {
    /// Reads and checks an annotation file; unusable boxes are errors.
    ///
    /// # Errors
    /// When the file cannot be read, is cut off or of another format, has another joint count
    /// than `facts`, ids twice, annotations of unlisted pictures, or labelled people without
    /// area or with boxes outside their picture. Crowds and people without joints may have any
    /// box.
    pub fn read(path: impl AsRef<Path>, facts: &KeypointFacts) -> Result<Self> {
        Self::read_with(path, facts, BadBoxes::Fail)
    }

    /// [`read`](Self::read) with a choice for unusable boxes.
    pub fn read_with(
        path: impl AsRef<Path>,
        facts: &KeypointFacts,
        bad_boxes: BadBoxes,
    ) -> Result<Self> {
        let path = path.as_ref();
        let bytes = fs::read(path).map_err(|e| Error::io(path, "read", e))?;
        let file = parse::parse(&bytes, path)?;
        check::joints(&file, path, facts)?;
        let positions = check::ids(&file, path)?;
        let coco = Self { images: file.images, annotations: file.annotations, positions };
        check::known_images(&coco, path)?;
        if bad_boxes == BadBoxes::Fail {
            check::boxes(&coco, path)?;
        }
        Ok(coco)
    }

    /// Position of a picture in [`images`](Self::images).
    pub fn image_position(&self, id: i64) -> Option<usize> {
        self.positions.get(&id).copied()
    }

    /// Labelled people that are used: no crowd, some joint, a positive area and a box that
    /// overlaps the picture. Each with the position of its picture and its box clipped to it.
    pub fn usable(&self) -> impl Iterator<Item = (usize, &Annotation, [f64; 4])> {
        self.annotations.iter().filter(|a| a.is_labelled()).filter_map(|annotation| {
            let image = self.image_position(annotation.image_id)?;
            let bbox = clip_box(annotation.bbox, &self.images[image])?;
            (annotation.area > 0.0).then_some((image, annotation, bbox))
        })
    }
}

impl Annotation {
    /// Whether this is one person with at least one labelled joint.
    pub fn is_labelled(&self) -> bool {
        !self.iscrowd && self.keypoints.iter().any(|k| k[2] > 0.0)
    }
}

/// A box limited to the pixels of its picture, as in the HRNet reference: corners inclusive, so
/// that the size shrinks by one pixel. `None` when nothing is left.
pub fn clip_box([x, y, width, height]: [f64; 4], image: &ImageInfo) -> Option<[f64; 4]> {
    let (left, top) = (x.max(0.0), y.max(0.0));
    let right = (image.width as f64 - 1.0).min(left + (width - 1.0).max(0.0));
    let bottom = (image.height as f64 - 1.0).min(top + (height - 1.0).max(0.0));
    let finite = [x, y, width, height].iter().all(|v| v.is_finite());
    (finite && right >= left && bottom >= top).then_some([left, top, right - left, bottom - top])
}
