//! Differences between annotation files for training and for scoring.

/// Use of an annotation file, which decides what is tolerated in it.
///
/// | in the file | `Training` | `Scoring` |
/// |---|---|---|
/// | no `annotations` | no people | refused |
/// | an image listed again | left out if all is the same, else refused | left out if file name and `crowdIndex` are the same, else refused |
/// | annotations of unlisted images | refused | dropped |
/// | images without `file_name` | refused | accepted |
/// | images without `width` or `height` | the picture's | accepted |
/// | annotations or categories without a category id | accepted | refused |
/// | annotations of other categories than people | left out | left out |
/// | people without `keypoints`, or with an empty list | no joint is labelled | no joint is labelled |
/// | joint names of people in another number | refused | accepted |
/// | joint names of people in another order | refused | refused |
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
