//! Broken pictures: an error, or left out and listed.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use scalenas_base::{Image8, PictureOptions, Size};

use crate::{Error, Result};

/// Treatment of pictures and labels that are missing, truncated or of another size.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum BadImages {
    /// The first one is an error.
    #[default]
    Fail,
    /// Their samples are left out; the data set's list of skipped pictures names them.
    Skip,
}

/// Reading of the pictures of a data set.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Reading {
    /// Treatment of bad pictures.
    pub bad: BadImages,
    /// Options of every picture.
    pub pictures: PictureOptions,
}

impl From<BadImages> for Reading {
    fn from(bad: BadImages) -> Self {
        Self { bad, ..Self::default() }
    }
}

/// A picture that was left out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SkippedImage {
    /// File of the picture.
    pub path: PathBuf,
    /// Problem with it.
    pub reason: String,
    /// Samples that are lost with it: people, or pictures where a picture is one.
    pub samples: usize,
}

/// Broken pictures of a data set, by the position of the picture, hence listed in its order.
#[derive(Debug, Default)]
pub(crate) struct SkipList {
    reading: Reading,
    reasons: Mutex<BTreeMap<usize, String>>,
}

impl SkipList {
    pub fn new(reading: impl Into<Reading>) -> Self {
        Self { reading: reading.into(), reasons: Mutex::default() }
    }

    /// How pictures are read.
    pub fn reading(&self) -> Reading {
        self.reading
    }

    /// Options of every picture.
    pub fn options(&self) -> PictureOptions {
        self.reading.pictures
    }

    /// The opened picture at `index`; `None` when it is broken and such pictures are skipped.
    ///
    /// # Errors
    /// When it is broken, under [`BadImages::Fail`].
    pub fn admit<T>(&self, index: usize, opened: Result<T>) -> Result<Option<T>> {
        match opened {
            Ok(picture) => Ok(Some(picture)),
            Err(error) if self.fails() => Err(error),
            Err(error) => {
                let reason = match error {
                    Error::Picture { problem, .. } => problem,
                    other => other.to_string(),
                };
                let mut reasons = self.reasons.lock().unwrap_or_else(PoisonError::into_inner);
                reasons.insert(index, reason);
                Ok(None)
            }
        }
    }

    /// Whether a broken picture is an error.
    pub fn fails(&self) -> bool {
        self.reading.bad == BadImages::Fail
    }

    /// Pictures left out so far; `describe` gives the file of a position and the samples lost.
    pub fn list(&self, describe: impl Fn(usize) -> (PathBuf, usize)) -> Vec<SkippedImage> {
        let reasons = self.reasons.lock().unwrap_or_else(PoisonError::into_inner);
        let entries = reasons.iter().map(|(&index, reason)| {
            let (path, samples) = describe(index);
            SkippedImage { path, reason: reason.clone(), samples }
        });
        entries.collect()
    }
}

/// Reads a picture that must have the size that its annotations say.
pub(crate) fn read_sized(path: &Path, annotated: Size, options: PictureOptions) -> Result<Image8> {
    let picture = Image8::read_with(path, options)?;
    if picture.size() == annotated {
        return Ok(picture);
    }
    let found = format!("is {}x{}", picture.width, picture.height);
    let Size { height, width } = annotated;
    let problem = format!("{found}, but the annotations are for {width}x{height}");
    let reason = reason(path, picture.size(), annotated, options);
    Err(Error::picture(path, format!("{problem}{reason}")))
}

/// Explanation of a picture that has another size than its annotations say.
fn reason(path: &Path, found: Size, annotated: Size, options: PictureOptions) -> &'static str {
    let is_turned = (found.height, found.width) == (annotated.width, annotated.height);
    match (is_turned, Image8::has_orientation(path)) {
        (true, true) if options.apply_exif => {
            " as its EXIF orientation tag turns it; it was annotated as it is stored: leave out --apply-exif"
        }
        (true, true) => {
            ": its EXIF orientation tag turns it in viewers, but not here; give --apply-exif if all \
             pictures were annotated as viewers show them, or turn its pixels and drop the tag \
             (`jpegtran`, `exiftran`, `magick -auto-orient`)"
        }
        (true, false) => ": width and height are exchanged in the annotations or the picture",
        (false, _) => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn broken_pictures_fail_or_are_listed_in_order() {
        let broken = |name: &str| Error::picture(Path::new(name), "is cut off");
        let describe = |index: usize| (PathBuf::from(format!("{index}.png")), index);
        let failing = SkipList::new(BadImages::Fail);
        assert!(failing.admit::<()>(2, Err(broken("2.png"))).is_err());
        assert_eq!(failing.list(describe), []);
        let skipping = SkipList::new(BadImages::Skip);
        assert_eq!(skipping.admit(1, Ok(5)).unwrap(), Some(5));
        for index in [4, 2] {
            assert_eq!(skipping.admit::<()>(index, Err(broken("any"))).unwrap(), None);
        }
        let listed: Vec<_> = skipping.list(describe).into_iter().map(|s| s.samples).collect();
        assert_eq!(listed, [2, 4]);
    }
}
