//! Differences between annotation files for training and for scoring.

/// Use of an annotation file, which decides what is tolerated in it.
///
/// | in the file | `Training` | `Scoring` |
/// |---|---|---|
/// | no `annotations` | no people | refused |
/// | an image listed again with the same file name and `crowdIndex` | refused | dropped |
/// | annotations of unlisted images | refused | dropped |
/// | images without `file_name`, `width`, `height` | refused | accepted |
/// | annotations or categories without a category id | accepted | refused |
/// | joint names of categories in another number | refused | accepted |
/// | no `area` | [`AREA_OF_BOX`](crate::AREA_OF_BOX) of the box | as [`AreaSource`](crate::AreaSource) says |
///
/// Training crops every person and needs its picture. Published subsets for scoring list an image
/// once per person and keep annotations of images they left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// People are cropped out of their pictures ([`CocoKeypoints`](crate::CocoKeypoints)).
    Training,
    /// Results are matched to people ([`GroundTruth`](crate::GroundTruth)).
    Scoring,
}

impl Purpose {
    /// Accepted format, for errors.
    pub(crate) fn accepted(self) -> &'static str {
        match self {
            Self::Training => "COCO keypoint annotations with `images` and `annotations`",
            Self::Scoring => {
                "COCO keypoint annotations, an object with `images`, `annotations` and `categories`"
            }
        }
    }
}
