//! Observations about a sound file that its owner wants to know of.

use std::fmt;

/// Something left out, or in doubt.
#[derive(Clone, Debug, PartialEq)]
pub enum Note {
    /// Annotations of categories that are not people.
    OtherCategories {
        /// Number of annotations.
        count: usize,
        /// Names of the categories, or their ids where the file does not name them.
        names: Vec<String>,
    },
    /// Images that the file lists again with the same content.
    RepeatedImages {
        /// Number of repetitions.
        count: usize,
    },
    /// Images whose size the file does not give; it is that of the picture.
    SizesOfPictures {
        /// Number of images.
        count: usize,
    },
    /// Labelled people whose boxes cannot be cropped.
    UnusableBoxes {
        /// Number of people.
        count: usize,
        /// Id of the first annotation.
        first: i64,
        /// Key and value of the first.
        problem: String,
    },
    /// Boxes that reach out of their pictures: corners instead of sizes, perhaps.
    BoxesOutside {
        /// Number of such boxes.
        count: usize,
        /// Number of boxes.
        of: usize,
    },
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OtherCategories { count, names } => write!(
                f,
                "left out {count} annotations of other categories than people ({})",
                names.join(", ")
            ),
            Self::RepeatedImages { count } => {
                write!(f, "left out {count} images that are listed again with the same content")
            }
            Self::SizesOfPictures { count } => {
                write!(f, "read the sizes of {count} images from their pictures")
            }
            Self::UnusableBoxes { count, first, problem } => write!(
                f,
                "left out {count} labelled people whose boxes cannot be cropped; the first: \
                 annotation {first}: {problem}"
            ),
            Self::BoxesOutside { count, of } => write!(
                f,
                "{count} of {of} boxes ({:.0} %) reach out of their pictures; `bbox` is [x, y, \
                 width, height], not two corners",
                100.0 * *count as f64 / *of as f64
            ),
        }
    }
}
