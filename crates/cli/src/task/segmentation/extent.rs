//! Extent of pictures: what a network sees of them while it learns, and when it predicts.
//!
//! A network learns from the borders of its crops, too. One that learns CamVid's 360x480 frames from crops of
//! 128x256 scores a mean IoU of 0.329 on whole frames and 0.377 in windows of the crop's size
//! (`docs/results.md`).

use anyhow::Result;
use scalenas_base::{Image8, Size};
use scalenas_data::{Part, PictureOptions, SegmentationFacts, WholePictures};
use scalenas_train::TaskSource;

use super::pictures::part;
use crate::data::facts::segmentation_facts;
use crate::error::user;
use crate::render::warn;

/// Pictures whose sizes stand for those of a data set.
const SAMPLES: usize = 64;
/// Crops have sides that the strides of all branches divide.
const STRIDE: usize = 32;
/// Largest crop in pixels: that of the published recipes.
const LARGEST: usize = 512 * 1024;
/// Pixels of a picture per pixel of a training crop above which both ways of looking differ much.
const NOTABLE: f64 = 2.0;

/// Crop that suits the pictures to learn from: whole ones up to the crop of the published recipes.
pub fn suited(source: &TaskSource) -> Result<Size> {
    let facts = segmentation_facts(&source.facts)?;
    let size = usual_picture(source, &facts)?;
    let size = size.ok_or_else(|| {
        user(format!(
            "{}: no picture can be read, so that no input can be chosen; give input: (HEIGHT, WIDTH)",
            source.data.display()
        ))
    })?;
    Ok(crop(size))
}

/// Median height and width of pictures to learn from.
fn usual_picture(source: &TaskSource, facts: &SegmentationFacts) -> Result<Option<Size>> {
    let list = part(source, Part::Train, facts)?;
    let options = PictureOptions { apply_exif: source.files.apply_exif, ..Default::default() };
    let step = list.len().div_ceil(SAMPLES).max(1);
    let read = |path| Image8::read_size(path, options).ok();
    let sizes: Vec<Size> =
        list.iter().step_by(step).filter_map(|picture| read(&picture.image)).collect();
    let middle = |side: fn(&Size) -> usize| {
        let mut sides: Vec<usize> = sizes.iter().map(side).collect();
        sides.sort_unstable();
        sides.get(sides.len() / 2).copied()
    };
    let height = middle(|size| size.height);
    Ok(height.zip(middle(|size| size.width)).map(Size::from))
}

/// Crop for pictures of a size.
fn crop(picture: Size) -> Size {
    let factor = (LARGEST as f64 / picture.pixels().max(1) as f64).sqrt();
    let whole = |side: usize| side.div_ceil(STRIDE) * STRIDE;
    let part = |side: usize| (side as f64 * factor) as usize / STRIDE * STRIDE;
    let side = |side| if factor < 1.0 { part(side).max(STRIDE) } else { whole(side) };
    Size::new(side(picture.height), side(picture.width))
}

/// Warns if pictures are much larger than the crops of `learnt` pixels that their network learnt from.
pub fn warn_of_extent(learnt: Size, pictures: &WholePictures) {
    let first = pictures.list().first();
    let size =
        first.and_then(|first| Image8::read_size(&first.image, PictureOptions::default()).ok());
    if let Some(said) = size.and_then(|size| notice(learnt, size)) {
        warn(said);
    }
}

/// Says that a network learnt from much smaller crops than the pictures that it is to predict whole; `None`
/// where it did not.
fn notice(learnt: Size, predicted: Size) -> Option<String> {
    let share = predicted.pixels() as f64 / learnt.pixels().max(1) as f64;
    (share > NOTABLE).then(|| {
        format!(
            "pictures of {predicted} are predicted whole, but the network learnt from crops of {learnt}, whose \
             borders it knows; --window {learnt} looks at them as it learnt, and may score higher"
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn crops_hold_whole_pictures_up_to_the_published_crop() {
        for (picture, expected) in [
            ((360, 480), (384, 480)),
            ((1024, 2048), (512, 1024)),
            ((1080, 1920), (512, 960)),
            ((20, 3000), (32, 3008)),
            ((512, 1024), (512, 1024)),
        ] {
            assert_eq!(crop(picture.into()), expected.into(), "{picture:?}");
        }
    }

    #[test]
    fn only_much_larger_pictures_are_noted() {
        let said = notice(Size::new(128, 256), Size::new(360, 480)).unwrap();
        assert!(said.contains("360x480") && said.contains("--window 128x256"), "{said}");
        assert_eq!(notice(Size::new(384, 480), Size::new(360, 480)), None);
    }
}
