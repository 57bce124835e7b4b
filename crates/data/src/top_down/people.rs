//! Boxes of people to crops: the centre and size that are cut out of a picture.
//!
//! Source: the HRNet reference. A box is widened to the aspect of the network's input and
//! enlarged by the padding; visibility 2 becomes 1, both are learnt alike.

use scalenas_base::Size;
use scalenas_coco::{Annotation, CocoKeypoints, Detection};

use super::padding::BoxCrop;
use crate::pictures::PIXELS_PER_SCALE;

/// A person's box and the crop around it.
#[derive(Clone, Debug, PartialEq)]
pub struct PersonBox {
    /// Position of the picture in the annotation file.
    pub image: usize,
    /// Id of the picture.
    pub image_id: i64,
    /// Id of the annotation; `None` for detections.
    pub annotation_id: Option<i64>,
    /// Category of the person.
    pub category_id: u64,
    /// `[x, y, width, height]` in picture pixels.
    pub bbox: [f64; 4],
    /// Centre of the crop in picture pixels.
    pub center: [f32; 2],
    /// Width and height of the crop in units of 200 picture pixels.
    pub scale: [f32; 2],
    /// Detection score in [0, 1]; 1 for annotated boxes.
    pub score: f64,
    /// `[x, y, visible]` of each joint in picture pixels, `visible` 0 or 1; empty for detections.
    pub joints: Vec<[f64; 3]>,
}

/// People to train on, in crops of this form: no crowds, some joint, positive area, a box that overlaps
/// the picture.
pub fn training_people(coco: &CocoKeypoints, form: impl Into<BoxCrop>) -> Vec<PersonBox> {
    annotation_boxes(coco, form)
}

/// The annotated people as boxes to evaluate; the reference takes the same ones as for training.
pub fn annotation_boxes(coco: &CocoKeypoints, form: impl Into<BoxCrop>) -> Vec<PersonBox> {
    let form = form.into();
    coco.usable()
        .map(|(image, annotation, bbox)| annotated(image, annotation, bbox, form))
        .collect()
}

/// Detections of at least `threshold` as boxes to evaluate. Those of pictures that the
/// annotation file does not list are left out, so that a part of a data set can be evaluated
/// with the detections of all of it.
pub fn detection_boxes(
    coco: &CocoKeypoints,
    form: impl Into<BoxCrop>,
    detections: &[Detection],
    threshold: f64,
) -> Vec<PersonBox> {
    let form = form.into();
    let kept = detections.iter().filter(|d| d.score >= threshold);
    kept.filter_map(|d| {
        let image = coco.image_position(d.image_id)?;
        let (center, scale) = crop_of_box(d.bbox, form);
        Some(PersonBox {
            image,
            image_id: d.image_id,
            annotation_id: None,
            category_id: d.category_id.unwrap_or(coco.category()),
            bbox: d.bbox,
            center,
            scale,
            score: d.score,
            joints: Vec::new(),
        })
    })
    .collect()
}

/// Centre and scale of the crop around a box.
pub fn crop_of_box(
    [x, y, width, height]: [f64; 4],
    form: impl Into<BoxCrop>,
) -> ([f32; 2], [f32; 2]) {
    let BoxCrop { input, padding } = form.into();
    let padding = padding.factor() as f32;
    let center = [(x + width * 0.5) as f32, (y + height * 0.5) as f32];
    let size = widen([width, height], aspect(input));
    (center, size.map(|side| (side / f64::from(PIXELS_PER_SCALE)) as f32 * padding))
}

/// Width over height of a network's `input`.
pub(super) fn aspect(input: Size) -> f64 {
    input.width as f64 / input.height as f64
}

/// The smallest size of the given aspect that covers a width and height.
pub(super) fn widen([width, height]: [f64; 2], aspect: f64) -> [f64; 2] {
    if width > aspect * height { [width, width / aspect] } else { [height * aspect, height] }
}

fn annotated(image: usize, annotation: &Annotation, bbox: [f64; 4], form: BoxCrop) -> PersonBox {
    let (center, scale) = crop_of_box(bbox, form);
    PersonBox {
        image,
        image_id: annotation.image_id,
        annotation_id: Some(annotation.id),
        category_id: annotation.category_id,
        bbox,
        center,
        scale,
        score: 1.0,
        joints: annotation.keypoints.iter().map(|&[x, y, v]| [x, y, v.min(1.0)]).collect(),
    }
}
