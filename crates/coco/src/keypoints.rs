//! Annotations for training: pictures and the people in them.
//!
//! Outlines are kept only for the regions that training has to ignore (crowds and people without
//! joints). Every [`CocoKeypoints`] has unique ids, known images and the expected joint count.

use std::collections::{BTreeSet, HashMap};
use std::fs;
use std::path::Path;

use scalenas_base::Size;

use crate::annotations::{Document, ImageEntry, PersonEntry};
use crate::check::{Checker, Entries};
use crate::{AREA_OF_BOX, Error, JointSet, Note, Outline, PERSON_CATEGORY, Purpose, Result};

/// Share of boxes that reach out of their pictures above which their format is in doubt.
const MOST_OUTSIDE: f64 = 0.1;

/// Checked annotations of a file.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CocoKeypoints {
    /// Pictures, in the order of the file.
    pub images: Vec<ImageInfo>,
    /// People, in the order of the file.
    pub annotations: Vec<Annotation>,
    /// Categories of people; where the file lists none, those of the annotations.
    pub categories: BTreeSet<u64>,
    /// Whether the file has `annotations`: lists of pictures for a benchmark's server have none.
    pub is_annotated: bool,
    /// Observations about the file.
    pub notes: Vec<Note>,
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
    /// Category of the person; 1 where the file gives none.
    pub category_id: u64,
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

/// Size of a picture by its file name, for images whose size the file does not give.
pub type SizeOf<'a> = &'a dyn Fn(&str) -> Option<Size>;

impl CocoKeypoints {
    /// Reads and checks an annotation file that gives the sizes of its images.
    ///
    /// # Errors
    /// When the file cannot be read, is cut off or of another format, has another joint count
    /// than `joints` or their names in another order, ids twice, or annotations of unlisted
    /// pictures.
    pub fn read(path: impl AsRef<Path>, joints: impl Into<JointSet>) -> Result<Self> {
        Self::read_with(path, joints, &|_| None)
    }

    /// [`read`](Self::read), with the sizes of images that the file gives without.
    pub fn read_with(
        path: impl AsRef<Path>,
        joints: impl Into<JointSet>,
        size_of: SizeOf<'_>,
    ) -> Result<Self> {
        let path = path.as_ref();
        let bytes = fs::read(path).map_err(|e| Error::io(path, "read", e))?;
        let (file, joints) = (path.display().to_string(), joints.into());
        let checker = Checker { file: &file, purpose: Purpose::Training, joints: &joints };
        let coco = Self::parse(&bytes, &checker, size_of)?;
        coco.check_images(&file)?;
        Ok(coco)
    }

    /// Pictures without annotations, whose people are of this category.
    pub fn of_pictures(images: Vec<ImageInfo>, category: u64) -> Self {
        let positions = images.iter().enumerate().map(|(place, image)| (image.id, place)).collect();
        Self {
            images,
            annotations: Vec::new(),
            categories: BTreeSet::from([category]),
            is_annotated: false,
            notes: Vec::new(),
            positions,
        }
    }

    /// Keeps the pictures at whose positions `keep` is true, and their annotations.
    pub fn retain_images(&mut self, keep: &[bool]) {
        let mut flags = keep.iter();
        self.images.retain(|_| flags.next().copied().unwrap_or(false));
        self.positions =
            self.images.iter().enumerate().map(|(place, image)| (image.id, place)).collect();
        self.annotations.retain(|annotation| self.positions.contains_key(&annotation.image_id));
    }

    /// Gives every labelled person the whole picture as the box.
    ///
    /// # Errors
    /// When a picture has several, which the box could not tell apart; `file` names the annotations.
    pub fn take_whole_pictures(&mut self, file: &Path) -> Result<()> {
        let mut owners: HashMap<i64, i64> = HashMap::new();
        for person in self.annotations.iter_mut().filter(|person| person.is_labelled()) {
            let Some(&place) = self.positions.get(&person.image_id) else { continue };
            if let Some(first) = owners.insert(person.image_id, person.id) {
                let picture = self.images[place].file_name.clone();
                let (file, people) = (file.display().to_string(), [first, person.id]);
                return Err(Error::SeveralPeople { file, picture, people });
            }
            let Size { height, width } = self.images[place].size;
            person.bbox = [0.0, 0.0, width as f64, height as f64];
        }
        Ok(())
    }

    /// Position of a picture in [`images`](Self::images).
    pub fn image_position(&self, id: i64) -> Option<usize> {
        self.positions.get(&id).copied()
    }

    /// Category of people whose own is not known: the first of the file, else that of COCO.
    pub fn category(&self) -> u64 {
        self.categories.first().copied().unwrap_or(PERSON_CATEGORY)
    }

    /// Labelled people that are used: no crowd, some joint, a positive area and a box that
    /// overlaps the picture. Each with the position of its picture and its box clipped to it.
    pub fn usable(&self) -> impl Iterator<Item = (usize, &Annotation, [f64; 4])> {
        self.annotations.iter().filter(|a| a.is_labelled()).filter_map(|annotation| {
            let image = self.image_position(annotation.image_id)?;
            let bbox = clip_box(annotation.bbox, self.images[image].size)?;
            let is_usable = annotation.area > 0.0 && has_extent(annotation.bbox);
            is_usable.then_some((image, annotation, bbox))
        })
    }

    fn parse(bytes: &[u8], checker: &Checker<'_>, size_of: SizeOf<'_>) -> Result<Self> {
        let document = Document::parse(bytes, checker.file, Purpose::Training)?;
        let is_annotated = document.annotations.is_some();
        let Entries { images, people, categories, mut notes } = checker.entries(document)?;
        let positions = images.iter().enumerate().map(|(place, image)| (image.id, place)).collect();
        let unsized_images = images.iter().filter(|image| !image.has_size()).count();
        let images = images.into_iter().map(|image| ImageInfo::checked(image, checker, size_of));
        let images = images.collect::<Result<_>>()?;
        if unsized_images > 0 {
            notes.push(Note::SizesOfPictures { count: unsized_images });
        }
        let annotations =
            people.into_iter().map(|(_, person)| Annotation::checked(person, checker));
        let annotations: Vec<Annotation> = annotations.collect::<Result<_>>()?;
        let mut categories: BTreeSet<u64> = categories.iter().filter_map(|c| c.id).collect();
        if categories.is_empty() {
            categories.extend(annotations.iter().map(|annotation| annotation.category_id));
        }
        Ok(Self { images, annotations, categories, is_annotated, notes, positions })
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

    /// Observations about the boxes of labelled people, which top-down training and prediction crop.
    ///
    /// # Errors
    /// When there are labelled people and none of them can be cropped; `file` names them.
    pub fn box_notes(&self, file: &Path) -> Result<Vec<Note>> {
        let labelled: Vec<_> = self.annotations.iter().filter(|a| a.is_labelled()).collect();
        let outside = labelled.iter().filter(|a| self.reaches_out(a)).count();
        let mut problems = labelled.iter().filter_map(|a| self.box_problem(a).map(|p| (a.id, p)));
        let mut notes = Vec::new();
        if let Some((first, problem)) = problems.next() {
            let count = 1 + problems.count();
            if count == labelled.len() {
                let file = file.display().to_string();
                return Err(Error::UnusableBoxes { file, annotation: first, problem, count });
            }
            notes.push(Note::UnusableBoxes { count, first, problem });
        }
        if outside as f64 > MOST_OUTSIDE * labelled.len() as f64 {
            notes.push(Note::BoxesOutside { count: outside, of: labelled.len() });
        }
        Ok(notes)
    }

    fn size_of(&self, annotation: &Annotation) -> Option<Size> {
        Some(self.images[self.image_position(annotation.image_id)?].size)
    }

    fn box_problem(&self, annotation: &Annotation) -> Option<String> {
        let Size { height, width } = self.size_of(annotation)?;
        let bbox = annotation.bbox;
        if !has_extent(bbox) {
            return Some(format!("`bbox` {bbox:?} has no extent"));
        }
        if clip_box(bbox, (height, width)).is_none() {
            return Some(format!("`bbox` {bbox:?} is outside its {width}x{height} picture"));
        }
        let positive = annotation.area > 0.0;
        (!positive).then(|| format!("`area` is {}", annotation.area))
    }

    /// Whether a box reaches out of its picture by more than rounding explains.
    fn reaches_out(&self, annotation: &Annotation) -> bool {
        let [x, y, width, height] = annotation.bbox;
        self.size_of(annotation).is_some_and(|size| {
            x + width > size.width as f64 + 1.0 || y + height > size.height as f64 + 1.0
        })
    }
}

impl ImageInfo {
    fn checked(image: ImageEntry, checker: &Checker<'_>, size_of: SizeOf<'_>) -> Result<Self> {
        let id = image.id;
        let missing = |key| checker.missing(format!("image {id}"), key);
        let file_name = image.file_name.ok_or_else(|| missing("file_name"))?;
        let size = match (image.height, image.width) {
            (Some(height), Some(width)) => Size { height, width },
            (height, _) => size_of(&file_name)
                .ok_or_else(|| missing(if height.is_none() { "height" } else { "width" }))?,
        };
        Ok(Self { id, file_name, size, crowd_index: image.crowd_index })
    }
}

impl Annotation {
    /// Whether this is one person with at least one labelled joint.
    pub fn is_labelled(&self) -> bool {
        !self.iscrowd && self.keypoints.iter().any(|k| k[2] > 0.0)
    }

    fn checked(mut person: PersonEntry<'_>, checker: &Checker<'_>) -> Result<Self> {
        let bbox = person.bbox.ok_or_else(|| checker.missing(person.name(), "bbox"))?;
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
            category_id: person.category_id.unwrap_or(PERSON_CATEGORY),
            bbox,
            area: person.area.unwrap_or(AREA_OF_BOX * bbox[2] * bbox[3]),
            iscrowd: person.iscrowd,
            num_keypoints,
            keypoints,
            segmentation: outline?,
        })
    }
}

/// Whether a box covers pixels.
fn has_extent([_, _, width, height]: [f64; 4]) -> bool {
    width > 0.0 && height > 0.0
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
