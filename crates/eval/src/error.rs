//! What can be wrong with predictions, results and annotations: file, key, value, what is accepted.
//!
//! Problems that tend to come in numbers carry the first case and the count of all of them.

use std::fmt::Display;
use std::io;
use std::path::Path;

/// Result of this crate.
pub type Result<T> = std::result::Result<T, Error>;

/// Everything this crate can report.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A file or folder cannot be opened, read or written.
    #[error("{file}: cannot {action}: {source}")]
    Io {
        /// The file.
        file: String,
        /// What was tried: "read", "write".
        action: &'static str,
        /// The system's reason.
        source: io::Error,
    },
    /// A JSON file ends early or says something that the format does not allow.
    #[error("{file}: {problem}; accepted: {accepted}")]
    Json {
        /// The file.
        file: String,
        /// What the parser met, with line and column.
        problem: String,
        /// The expected format.
        accepted: &'static str,
    },
    /// A key that the metric needs is absent.
    #[error("{file}: {entry}: `{key}` is missing; accepted: {accepted}")]
    Missing {
        /// The file.
        file: String,
        /// Which image, annotation or result.
        entry: String,
        /// The absent key.
        key: &'static str,
        /// What would be right.
        accepted: &'static str,
    },
    /// A coordinate, score or box that is NaN or infinite.
    #[error("{file}: {entry}: `{key}` is {value}; accepted: finite numbers")]
    NotFinite {
        /// The file, or "results" for those in memory.
        file: String,
        /// Which result.
        entry: String,
        /// The key, with an index where it is a list.
        key: String,
        /// The value, as written.
        value: String,
    },
    /// Another number of joints than the sigmas have.
    #[error(
        "{file}: {entry} has {found} joint{}, but the sigmas have {expected}; \
         accepted: one joint set throughout (COCO has 17 joints, CrowdPose 14)",
        if *.found == 1 { "" } else { "s" }
    )]
    JointCount {
        /// The file, or "results" for those in memory.
        file: String,
        /// Which annotation or result.
        entry: String,
        /// Joints there.
        found: usize,
        /// Joints of the sigmas.
        expected: usize,
    },
    /// A keypoint list that is no sequence of triples.
    #[error("{file}: {entry}: `keypoints` has {found} numbers; accepted: x, y, score per joint")]
    BrokenTriples {
        /// The file.
        file: String,
        /// Which annotation or result.
        entry: String,
        /// Length of the list.
        found: usize,
    },
    /// Results of images that the annotations do not list.
    #[error(
        "{file}: {count} result{} of images that are not in {annotations}, the first with \
         image_id {first}; accepted: results of the annotated split",
        if *.count == 1 { "" } else { "s" }
    )]
    UnknownImages {
        /// The results file, or "results" for those in memory.
        file: String,
        /// How many results.
        count: usize,
        /// The first such image id.
        first: i64,
        /// The annotation file.
        annotations: String,
    },
    /// A result of a category that the annotations do not have.
    #[error("{file}: {entry}: category_id is {found}; accepted: {accepted}")]
    UnknownCategory {
        /// The results file, or "results" for those in memory.
        file: String,
        /// Which result.
        entry: String,
        /// The category it names.
        found: u64,
        /// The categories of the annotation file.
        accepted: String,
    },
    /// The same id twice.
    #[error("{file}: {key} {first} is used twice ({count} such entries); accepted: unique ids")]
    DuplicateIds {
        /// The annotation file.
        file: String,
        /// `images.id` or `annotations.id`.
        key: &'static str,
        /// The first id that repeats.
        first: i64,
        /// How many entries repeat an id.
        count: usize,
    },
    /// Sigmas that no similarity can be computed with.
    #[error("sigma {index} is {value}; accepted: one positive, finite sigma per joint")]
    Sigma {
        /// Which joint.
        index: usize,
        /// Its value.
        value: f64,
    },
    /// Heatmaps, tags or grouping settings that do not belong together.
    #[error("{what} is {found}; accepted: {accepted}")]
    Maps {
        /// Which of them.
        what: &'static str,
        /// What it is.
        found: String,
        /// What would be right.
        accepted: &'static str,
    },
    /// A heatmap or tag that is NaN or infinite.
    #[error("{map}: joint {joint}, x {x}, y {y}: not a finite number")]
    MapValue {
        /// "heatmaps" or "tags".
        map: &'static str,
        /// The joint.
        joint: usize,
        /// Column.
        x: usize,
        /// Row.
        y: usize,
    },
    /// Label maps that do not belong together, or a label outside the classes.
    #[error("label maps: {0}")]
    Labels(String),
}

impl Error {
    pub(crate) fn io(path: &Path, action: &'static str, source: io::Error) -> Self {
        Self::Io { file: path.display().to_string(), action, source }
    }

    pub(crate) fn not_finite(file: &str, entry: String, key: String, value: impl Display) -> Self {
        Self::NotFinite { file: file.into(), entry, key, value: value.to_string() }
    }
}
