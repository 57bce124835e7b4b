//! Annotations for training: pictures and the people in them.
//!
//! Outlines are kept only for the regions that training has to ignore (crowds and people without
//! joints). Every [`CocoKeypoints`] has unique ids, known images and the expected joint count.

use std::collections::HashMap;
use std::fs;
use std::path::Path;

use scalenas_base::Size;

use crate::check::{Checker, annotation};
use crate::document::{Document, ImageEntry, PersonEntry};
use crate::{AREA_OF_BOX, Error, JointSet, Outline, Purpose, Result};

/// Checked annotations of a file.
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
    /// Id of the picture.
    pub id: i64,
    /// File, relative to the folder of the pictures.
    pub file_name: String,
    /// Rows and columns.
    pub size: Size,
    /// Crowdedness in [0, 1] (`CrowdPose`).
    pub crowd_index: Option<f64>,
}

/// One person, or a region with many (`iscrowd`).
#[derive(Clone, Debug, PartialEq)]
pub struct Annotation {
    /// Id of the annotation.
    pub id: i64,
    /// Id of the picture.
    pub image_id: i64,
    /// `[x, y, width, height]` in pixels.
    pub bbox: [f64; 4],
    /// Pixels covered; [`AREA_OF_BOX`] of the box where the file gives none.
    pub area: f64,
    /// Whether this is a region of many people, which is ignored.
    pub iscrowd: bool,
    /// Number of joints with a label.
    pub num_keypoints: usize,
    /// `[x, y, visibility]` of each joint: 0 not labelled, 1 hidden, 2 visible.
    pub keypoints: Vec<[f64; 3]>,
    /// Outline of an ignored region; [`Outline::Absent`] for people with joints.
    pub segmentation: Outline,
}

/// Treatment of labelled people whose boxes cannot be cropped.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum BadBoxes {
    /// An error.
    #[default]
    Fail,
    /// Left out when people are listed, as in the HRNet reference.
    Skip,
}

impl CocoKeypoints {
    /// Reads and checks an annotation file; unusable boxes are errors.
    ///
    /// # Errors
    /// When the file cannot be read, is cut off or of another format, has another joint count
    /// than `joints`, ids twice, annotations of unlisted pictures, or labelled people without
    /// area or with boxes outside their picture. Crowds and people without joints may have any
    /// box.
    pub fn read(path: impl AsRef<Path>, joints: impl Into<JointSet>) -> Result<Self> {
        Self::read_with(path, joints, BadBoxes::Fail)
    }

    /// [`read`](Self::read) with a choice for unusable boxes.
    pub fn read_with(
        path: impl AsRef<Path>,
        joints: impl Into<JointSet>,
        bad_boxes: BadBoxes,
    ) -> Result<Self> {
        let path = path.as_ref();
        let bytes = fs::read(path).map_err(|e| Error::io(path, "read", e))?;
        let (file, joints) = (path.display().to_string(), joints.into());
        let checker = Checker { file: &file, purpose: Purpose::Training, joints: &joints };
        let coco = Self::parse(&bytes, &checker)?;
        coco.check_images(&file)?;
        if bad_boxes == BadBoxes::Fail {
            coco.check_boxes(&file)?;
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
            let bbox = clip_box(annotation.bbox, self.images[image].size)?;
            (annotation.area > 0.0).then_some((image, annotation, bbox))
        })
    }

    fn parse(bytes: &[u8], checker: &Checker<'_>) -> Result<Self> {
        let mut document = Document::parse(bytes, checker.file, Purpose::Training)?;
        let (images, annotations) = checker.entries(&mut document)?;
        let positions = images.iter().enumerate().map(|(place, image)| (image.id, place)).collect();
        let images = images.into_iter().map(|image| ImageInfo::checked(image, checker));
        let annotations =
            annotations.into_iter().map(|person| Annotation::checked(person, checker));
        Ok(Self {
            images: images.collect::<Result<_>>()?,
            annotations: annotations.collect::<Result<_>>()?,
            positions,
        })
    }

    /// Every annotation is of a listed picture.
    fn check_images(&self, file: &str) -> Result<()> {
        let unknown = |a: &&Annotation| self.image_position(a.image_id).is_none();
        let mut strays = self.annotations.iter().filter(unknown);
        strays.next().map_or(Ok(()), |first| {
            Err(Error::AbsentImages {
                file: file.into(),
                annotation: first.id,
                image: first.image_id,
                count: 1 + strays.count(),
            })
        })
    }

    /// Every labelled person can be cropped.
    fn check_boxes(&self, file: &str) -> Result<()> {
        let labelled = self.annotations.iter().filter(|a| a.is_labelled());
        let mut problems = labelled.filter_map(|a| self.box_problem(a).map(|p| (a.id, p)));
        problems.next().map_or(Ok(()), |(annotation, problem)| {
            let count = 1 + problems.count();
            Err(Error::UnusableBoxes { file: file.into(), annotation, problem, count })
        })
    }

    fn box_problem(&self, annotation: &Annotation) -> Option<String> {
        let Size { height, width } = self.images[self.image_position(annotation.image_id)?].size;
        let bbox = annotation.bbox;
        if clip_box(bbox, (height, width)).is_none() {
            return Some(format!("`bbox` {bbox:?} is outside its {width}x{height} picture"));
        }
        let positive = annotation.area > 0.0;
        (!positive).then(|| format!("`area` is {}", annotation.area))
    }
}

impl ImageInfo {
    fn checked(image: ImageEntry, checker: &Checker<'_>) -> Result<Self> {
        let id = image.id;
        let missing = |key| checker.missing(format!("image {id}"), key);
        let height = image.height.ok_or_else(|| missing("height"))?;
        let width = image.width.ok_or_else(|| missing("width"))?;
        Ok(Self {
            id,
            file_name: image.file_name.ok_or_else(|| missing("file_name"))?,
            size: Size { height, width },
            crowd_index: image.crowd_index,
        })
    }
}

impl Annotation {
    /// Whether this is one person with at least one labelled joint.
    pub fn is_labelled(&self) -> bool {
        !self.iscrowd && self.keypoints.iter().any(|k| k[2] > 0.0)
    }

    fn checked(mut person: PersonEntry<'_>, checker: &Checker<'_>) -> Result<Self> {
        let bbox = person.bbox.ok_or_else(|| checker.missing(annotation(&person), "bbox"))?;
        let keypoints = checker.keypoints(&mut person)?;
        let labelled = || keypoints.iter().filter(|k| k[2] > 0.0).count();
        let num_keypoints = person.num_keypoints.unwrap_or_else(labelled);
        let ignored = person.iscrowd || num_keypoints == 0;
        let outline = person.segmentation.filter(|_| ignored).map_or(Ok(Outline::Absent), |raw| {
            Outline::parse(raw).map_err(|source| {
                let file = checker.file.into();
                Error::Outline { file, annotation: person.id, source }
            })
        });
        Ok(Self {
            id: person.id,
            image_id: person.image_id,
            bbox,
            area: person.area.unwrap_or(AREA_OF_BOX * bbox[2] * bbox[3]),
            iscrowd: person.iscrowd,
            num_keypoints,
            keypoints,
            segmentation: outline?,
        })
    }
}

/// A box limited to the pixels of a picture of `size`, as in the HRNet reference: corners
/// inclusive, so that the box shrinks by one pixel. `None` when nothing is left.
pub fn clip_box([x, y, width, height]: [f64; 4], size: impl Into<Size>) -> Option<[f64; 4]> {
    let size = size.into();
    let (left, top) = (x.max(0.0), y.max(0.0));
    let right = (size.width as f64 - 1.0).min(left + (width - 1.0).max(0.0));
    let bottom = (size.height as f64 - 1.0).min(top + (height - 1.0).max(0.0));
    let finite = [x, y, width, height].iter().all(|v| v.is_finite());
    (finite && right >= left && bottom >= top).then_some([left, top, right - left, bottom - top])
}
