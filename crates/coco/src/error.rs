//! Errors of annotation, detection and results files.
//!
//! Problems that tend to come in numbers carry the first case and the count of all of them.

use std::fmt::Display;
use std::io;
use std::path::Path;

use crate::JointSet;

/// Result of this crate.
pub type Result<T> = std::result::Result<T, Error>;

/// Everything this crate can report.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A file cannot be opened, read or written.
    #[error("{file}: cannot {action}: {source}")]
    Io {
        /// The file.
        file: String,
        /// Attempted action: "read", "write".
        action: &'static str,
        /// Reason given by the operating system.
        source: io::Error,
    },
    /// A JSON file ends before its value does.
    #[error(
        "{file}: the file is cut off in {place} (line {line}, column {column}); accepted: a \
         complete JSON file"
    )]
    CutOff {
        /// The file.
        file: String,
        /// Entry and key of the end.
        place: String,
        /// Line of the end, from 1.
        line: usize,
        /// Column of the end, from 1.
        column: usize,
    },
    /// A JSON file with a value that the format does not allow.
    #[error("{file}: {place}: {source}; accepted: {accepted}")]
    Json {
        /// The file.
        file: String,
        /// Entry and key of the value.
        place: String,
        /// Key, value and position.
        source: serde_json::Error,
        /// The expected format.
        accepted: &'static str,
    },
    /// An outline that is neither polygons nor run lengths.
    #[error(
        "{file}: annotation {annotation}: segmentation: {source}; accepted: polygons or run lengths"
    )]
    Outline {
        /// The file.
        file: String,
        /// Id of the annotation.
        annotation: i64,
        /// Key and value.
        source: serde_json::Error,
    },
    /// A required key that is absent.
    #[error("{file}: {entry}: `{key}` is missing; accepted: {accepted}")]
    Missing {
        /// The file.
        file: String,
        /// Image, annotation or result.
        entry: String,
        /// The absent key.
        key: &'static str,
        /// Accepted form.
        accepted: &'static str,
    },
    /// A value of another kind than its key has.
    #[error("{file}: {entry}: `{key}` is {value}; accepted: {accepted}")]
    Value {
        /// The file.
        file: String,
        /// Image, annotation, detection or result.
        entry: String,
        /// The key.
        key: &'static str,
        /// The value, as written.
        value: String,
        /// Accepted form.
        accepted: &'static str,
    },
    /// The joints of a category in another order than those of the data set.
    #[error(
        "{file}: {entry}: `keypoints` has its joints in another order than the facts, from joint \
         {position} on: {found}; accepted: {expected}, or facts (a RON file) in the order of the file"
    )]
    JointOrder {
        /// The annotation file.
        file: String,
        /// The category.
        entry: String,
        /// Position of the first joint that differs, from 0.
        position: usize,
        /// Joints of the file.
        found: String,
        /// Joints of the facts.
        expected: String,
    },
    /// A category that is asked for, which a file does not have.
    #[error(
        "{file}: categories: none is {wanted:?}; the file has {found}; accepted: the name or id of one"
    )]
    NoCategory {
        /// The annotation file.
        file: String,
        /// Name or id that is asked for.
        wanted: String,
        /// Categories of the file.
        found: String,
    },
    /// Several people in a picture that is taken as the box of one.
    #[error(
        "{file}: picture {picture} has several people (annotations {} and {}), but whole pictures are \
         taken as boxes; accepted: one per picture, or the annotated boxes",
        .people[0], .people[1]
    )]
    SeveralPeople {
        /// The annotation file.
        file: String,
        /// The picture.
        picture: String,
        /// Ids of the first two annotations.
        people: [i64; 2],
    },
    /// A coordinate, score or box that is NaN or infinite.
    #[error("{file}: {entry}: `{key}` is {value}; accepted: finite numbers")]
    NotFinite {
        /// The file, or "results" for those in memory.
        file: String,
        /// Result, or place in the file.
        entry: String,
        /// The key, with an index where it is a list.
        key: String,
        /// The value, as written.
        value: String,
    },
    /// Another number of joints than expected.
    #[error(
        "{file}: {entry} has {found} joint{}, but {expected}; accepted: {}",
        if *.found == 1 { "" } else { "s" },
        .expected.accepted()
    )]
    JointCount {
        /// The file, or "results" for those in memory.
        file: String,
        /// Category, annotation or result.
        entry: String,
        /// Joints there.
        found: usize,
        /// Expected joints.
        expected: Box<JointSet>,
    },
    /// A keypoint list that is no sequence of triples.
    #[error("{file}: {entry}: `keypoints` has {found} numbers; accepted: x, y, score per joint")]
    BrokenTriples {
        /// The file.
        file: String,
        /// Annotation or result.
        entry: String,
        /// Length of the list.
        found: usize,
    },
    /// An id that is used twice.
    #[error("{file}: {key} {first} is used twice ({count} such ids); accepted: unique ids")]
    DuplicateIds {
        /// The annotation file.
        file: String,
        /// `images.id` or `annotations.id`.
        key: &'static str,
        /// The first id that repeats.
        first: i64,
        /// Entries that repeat an id.
        count: usize,
    },
    /// Annotations of images that the file does not list.
    #[error(
        "{file}: annotation {annotation}: image_id {image} is not among `images` \
         ({count} such annotations); accepted: ids of listed images"
    )]
    AbsentImages {
        /// The annotation file.
        file: String,
        /// The first such annotation.
        annotation: i64,
        /// The image it names.
        image: i64,
        /// Number of such annotations.
        count: usize,
    },
    /// No labelled person has a box that can be cropped.
    #[error(
        "{file}: annotation {annotation}: {problem}, and so for all {count} labelled people; \
         accepted: area > 0 and a box [x, y, width, height] that overlaps its picture"
    )]
    UnusableBoxes {
        /// The annotation file.
        file: String,
        /// The first such annotation.
        annotation: i64,
        /// Key and value.
        problem: String,
        /// Number of such people.
        count: usize,
    },
    /// Detections without a finite box of positive size or a finite score.
    #[error(
        "{file}: detection {index}: {problem} ({count} such detections); \
         accepted: finite `bbox` [x, y, width, height] of positive size, finite `score`"
    )]
    UnusableDetections {
        /// The detections file.
        file: String,
        /// Position in the file, from 0.
        index: usize,
        /// Key and value.
        problem: String,
        /// Number of such detections.
        count: usize,
    },
    /// A detections file without a person.
    #[error("{file}: {problem}; accepted: at least one person detection")]
    NoDetections {
        /// The detections file.
        file: String,
        /// Content of the file.
        problem: String,
    },
}

impl Error {
    pub(crate) fn io(path: &Path, action: &'static str, source: io::Error) -> Self {
        Self::Io { file: path.display().to_string(), action, source }
    }

    pub(crate) fn not_finite(file: &str, entry: String, key: String, value: impl Display) -> Self {
        Self::NotFinite { file: file.into(), entry, key, value: value.to_string() }
    }
}
