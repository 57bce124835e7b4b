//! Outlines of regions, COCO's `segmentation`.

use serde::Deserialize;
use serde_json::value::RawValue;

/// The outline of a region.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Outline {
    /// None, or one that is not kept.
    #[default]
    Absent,
    /// Polygons `[x0, y0, x1, y1, ..]`.
    Polygons(Vec<Vec<f32>>),
    /// Run lengths down the columns, starting with background.
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

impl Outline {
    pub(crate) fn parse(raw: &RawValue) -> serde_json::Result<Self> {
        match raw.get().as_bytes().first() {
            Some(b'{') => {
                let RunLengths { size, counts } = serde_json::from_str(raw.get())?;
                Ok(match counts {
                    Counts::Runs(counts) => Self::Runs { size, counts },
                    Counts::Compressed(counts) => Self::Compressed { size, counts },
                })
            }
            Some(b'[') => Ok(Self::Polygons(serde_json::from_str(raw.get())?)),
            _ => Ok(Self::Absent),
        }
    }
}

#[derive(Deserialize)]
struct RunLengths {
    size: [usize; 2],
    counts: Counts,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Counts {
    Runs(Vec<u32>),
    Compressed(String),
}
