//! What can be wrong with a data set: the file, the key, the value and what is accepted.
//!
//! Problems that tend to come in numbers carry the first case and the count of all of them.

use std::io;
use std::path::Path;

use scalenas_base::PictureError;

/// Result of this crate.
pub type Result<T> = std::result::Result<T, Error>;

/// Everything this crate can report.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A file or folder cannot be opened, read or written.
    #[error("{path}: cannot {action}: {source}")]
    Io {
        /// The file or folder.
        path: String,
        /// What was tried: "read", "write", "create the folder".
        action: &'static str,
        /// The system's reason.
        source: io::Error,
    },
    /// A JSON file ends before its value does.
    #[error(
        "{path}: the file is cut off at line {line}, column {column}: a complete JSON file is needed"
    )]
    CutOff {
        /// The file.
        path: String,
        /// Line of the end, from 1.
        line: usize,
        /// Column of the end, from 1.
        column: usize,
    },
    /// A JSON file says something that the format does not allow.
    #[error("{path}: {source}; accepted: {accepted}")]
    Json {
        /// The file.
        path: String,
        /// Key, value and position.
        source: serde_json::Error,
        /// The expected format.
        accepted: &'static str,
    },
    /// The facts of a data set cannot be used.
    #[error("{path}: key `{key}`: {problem}; accepted: {accepted}")]
    Facts {
        /// The file.
        path: String,
        /// The key that is wrong.
        key: &'static str,
        /// Its value or what is wrong with it.
        problem: String,
        /// What would be right.
        accepted: String,
    },
    /// Annotations with another number of joints than the data set's facts.
    #[error(
        "{path}: {key} has {found} joints, but data set `{dataset}` has {expected}; \
         accepted: the facts of the data set that the file belongs to"
    )]
    JointCount {
        /// The annotation file.
        path: String,
        /// Which key of which entry.
        key: String,
        /// Joints there.
        found: usize,
        /// Name of the facts.
        dataset: String,
        /// Joints of the facts.
        expected: usize,
    },
    /// The same id twice.
    #[error("{path}: {key} {first} is used twice ({count} such ids); accepted: unique ids")]
    DuplicateIds {
        /// The annotation file.
        path: String,
        /// `images.id` or `annotations.id`.
        key: &'static str,
        /// The first id that repeats.
        first: i64,
        /// How many entries repeat an id.
        count: usize,
    },
    /// Annotations of pictures that the file does not list.
    #[error(
        "{path}: annotation {annotation}: image_id {image} is not among `images` \
         ({count} such annotations); accepted: ids of listed images"
    )]
    AbsentImages {
        /// The annotation file.
        path: String,
        /// The first such annotation.
        annotation: i64,
        /// The image it names.
        image: i64,
        /// How many such annotations.
        count: usize,
    },
    /// Labelled people whose boxes cannot be cropped.
    #[error(
        "{path}: annotation {annotation}: {problem} ({count} labelled people with unusable boxes); \
         accepted: area > 0 and a box [x, y, width, height] that overlaps its picture"
    )]
    UnusableBoxes {
        /// The annotation file.
        path: String,
        /// The first such annotation.
        annotation: i64,
        /// Key and value.
        problem: String,
        /// How many such people.
        count: usize,
    },
    /// A detection that is no box with a score.
    #[error(
        "{path}: detection {index}: {problem} ({count} such detections); \
         accepted: finite `bbox` [x, y, width, height] of positive size, finite `score`"
    )]
    UnusableDetections {
        /// The detections file.
        path: String,
        /// Position in the file, from 0.
        index: usize,
        /// Key and value.
        problem: String,
        /// How many such detections.
        count: usize,
    },
    /// No detection is left to work on.
    #[error("{path}: {problem}; accepted: at least one person detection")]
    NoDetections {
        /// The detections file.
        path: String,
        /// What the file holds instead.
        problem: String,
    },
    /// A data set without people.
    #[error("{folder}: no people to work on; accepted: at least one labelled person or detection")]
    NoPeople {
        /// The folder of the pictures.
        folder: String,
    },
    /// A picture that is missing, truncated or not a picture.
    #[error("{path}: {problem}; accepted: a complete JPEG or PNG picture")]
    Picture {
        /// The picture.
        path: String,
        /// What is wrong.
        problem: String,
    },
    /// A label picture that cannot be used.
    #[error(
        "{path}: {problem}; accepted: a complete 8-bit grey PNG of the picture's size with \
             label values that the data set's facts list"
    )]
    Labels {
        /// The label picture.
        path: String,
        /// What is wrong.
        problem: String,
    },
    /// A split without pictures.
    #[error("{folder}: no pictures; accepted: files whose names end in {suffix}")]
    NoPictures {
        /// The folder or the list.
        folder: String,
        /// End of the names that were looked for.
        suffix: String,
    },
    /// A line of a list that is no picture.
    #[error("{path}: line {line} names more than two files; accepted: a picture and its labels")]
    ListLine {
        /// The list.
        path: String,
        /// Line from 1.
        line: usize,
    },
    /// A setting of this crate that cannot be.
    #[error("{key}: {value}; accepted: {accepted}")]
    Setting {
        /// The setting.
        key: &'static str,
        /// Its value.
        value: String,
        /// What would be right.
        accepted: &'static str,
    },
}

impl Error {
    pub(crate) fn io(path: &Path, action: &'static str, source: io::Error) -> Self {
        Self::Io { path: show(path), action, source }
    }

    pub(crate) fn json(path: &Path, accepted: &'static str, source: serde_json::Error) -> Self {
        let path = show(path);
        if source.is_eof() {
            Self::CutOff { path, line: source.line(), column: source.column() }
        } else {
            Self::Json { path, source, accepted }
        }
    }

    pub(crate) fn labels(path: &Path, problem: impl Into<String>) -> Self {
        Self::Labels { path: show(path), problem: problem.into() }
    }

    pub(crate) fn picture(path: &Path, problem: impl Into<String>) -> Self {
        Self::Picture { path: show(path), problem: problem.into() }
    }
}

impl From<PictureError> for Error {
    fn from(PictureError { path, problem }: PictureError) -> Self {
        Self::Picture { path, problem }
    }
}

pub(crate) fn show(path: &Path) -> String {
    path.display().to_string()
}
