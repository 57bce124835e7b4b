//! From the bytes of an annotation file to its entries.
//!
//! Speed decides how this is written: the 250 MB of COCO's training file are mostly outlines, so
//! those are skipped as raw text and parsed only where they are kept.

use std::fmt;
use std::path::Path;

use serde::de::{Deserialize, Deserializer, Error as _, SeqAccess, Visitor};
use serde_json::value::RawValue;

use super::{AREA_OF_BOX, Annotation, ImageInfo, Segmentation};
use crate::{Error, Result};

const ACCEPTED: &str = "COCO keypoint annotations with `images` and `annotations`";

/// An annotation file before it is checked.
pub(super) struct File {
    pub images: Vec<ImageInfo>,
    pub annotations: Vec<Annotation>,
    /// Joint names of each category that has some.
    pub categories: Vec<Category>,
}

#[derive(serde::Deserialize)]
pub(super) struct Category {
    #[serde(default)]
    pub name: String,
    #[serde(default)]
    pub keypoints: Option<Vec<String>>,
}

pub(super) fn parse(bytes: &[u8], path: &Path) -> Result<File> {
    let raw: RawFile = serde_json::from_slice(bytes).map_err(|e| Error::json(path, ACCEPTED, e))?;
    Ok(File {
        images: raw.images.into_iter().map(ImageInfo::from).collect(),
        annotations: raw.annotations.0,
        categories: raw.categories,
    })
}

#[derive(serde::Deserialize)]
struct RawFile {
    images: Vec<RawImage>,
    #[serde(default)]
    annotations: Annotations,
    #[serde(default)]
    categories: Vec<Category>,
}

#[derive(serde::Deserialize)]
struct RawImage {
    id: i64,
    file_name: String,
    width: usize,
    height: usize,
    #[serde(rename = "crowdIndex")]
    crowd_index: Option<f64>,
}

impl From<RawImage> for ImageInfo {
    fn from(raw: RawImage) -> Self {
        let RawImage { id, file_name, width, height, crowd_index } = raw;
        Self { id, file_name, width, height, crowd_index }
    }
}

#[derive(serde::Deserialize)]
struct RawAnnotation<'a> {
    id: i64,
    image_id: i64,
    bbox: [f64; 4],
    area: Option<f64>,
    #[serde(default)]
    iscrowd: u8,
    num_keypoints: Option<usize>,
    keypoints: Joints,
    #[serde(borrow)]
    segmentation: Option<&'a RawValue>,
}

impl RawAnnotation<'_> {
    fn finish(self) -> std::result::Result<Annotation, serde_json::Error> {
        let keypoints = self.keypoints.0;
        let num_keypoints =
            self.num_keypoints.unwrap_or_else(|| keypoints.iter().filter(|k| k[2] > 0.0).count());
        let ignored = self.iscrowd != 0 || num_keypoints == 0;
        let segmentation = match self.segmentation {
            Some(raw) if ignored => segmentation(raw)?,
            _ => Segmentation::Absent,
        };
        Ok(Annotation {
            id: self.id,
            image_id: self.image_id,
            bbox: self.bbox,
            area: self.area.unwrap_or(AREA_OF_BOX * self.bbox[2] * self.bbox[3]),
            iscrowd: self.iscrowd != 0,
            num_keypoints,
            keypoints,
            segmentation,
        })
    }
}

/// Finished one at a time, so that the raw form of the file is never held as a whole.
#[derive(Default)]
struct Annotations(Vec<Annotation>);

impl<'de> Deserialize<'de> for Annotations {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        struct List;
        impl<'de> Visitor<'de> for List {
            type Value = Annotations;

            fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
                f.write_str("a list of annotations")
            }

            fn visit_seq<A: SeqAccess<'de>>(
                self,
                mut list: A,
            ) -> std::result::Result<Self::Value, A::Error> {
                let mut annotations = Vec::new();
                while let Some(raw) = list.next_element::<RawAnnotation>()? {
                    let id = raw.id;
                    annotations.push(raw.finish().map_err(|e| {
                        A::Error::custom(format_args!("annotation {id}: segmentation: {e}"))
                    })?);
                }
                Ok(Annotations(annotations))
            }
        }
        deserializer.deserialize_seq(List)
    }
}

/// The flat list `[x, y, v, x, y, v, ..]`.
struct Joints(Vec<[f64; 3]>);

impl<'de> Deserialize<'de> for Joints {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        struct Flat;
        impl<'de> Visitor<'de> for Flat {
            type Value = Joints;

            fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
                f.write_str("keypoints [x, y, visibility, ..]")
            }

            fn visit_seq<A: SeqAccess<'de>>(
                self,
                mut list: A,
            ) -> std::result::Result<Self::Value, A::Error> {
                let mut joints = Vec::with_capacity(17);
                while let Some(x) = list.next_element()? {
                    let (y, visibility) = (list.next_element()?, list.next_element()?);
                    let (Some(y), Some(visibility)) = (y, visibility) else {
                        return Err(A::Error::custom("`keypoints` is no list of triples"));
                    };
                    joints.push([x, y, visibility]);
                }
                Ok(Joints(joints))
            }
        }
        deserializer.deserialize_seq(Flat)
    }
}

fn segmentation(raw: &RawValue) -> std::result::Result<Segmentation, serde_json::Error> {
    #[derive(serde::Deserialize)]
    #[serde(untagged)]
    enum Counts {
        Runs(Vec<u32>),
        Compressed(String),
    }
    #[derive(serde::Deserialize)]
    struct RunLengths {
        size: [usize; 2],
        counts: Counts,
    }
    match raw.get().as_bytes().first() {
        Some(b'{') => {
            let RunLengths { size, counts } = serde_json::from_str(raw.get())?;
            Ok(match counts {
                Counts::Runs(counts) => Segmentation::Runs { size, counts },
                Counts::Compressed(counts) => Segmentation::Compressed { size, counts },
            })
        }
        Some(b'[') => Ok(Segmentation::Polygons(serde_json::from_str(raw.get())?)),
        _ => Ok(Segmentation::Absent),
    }
}
