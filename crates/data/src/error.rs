//! Errors of data sets: the file, the key, the value and the accepted form.
//!
//! Problems that tend to come in numbers carry the first case and the count of all of them.

use std::io;
use std::path::Path;

use scalenas_base::PictureError;

use crate::segmentation::LabelCoding;

/// Result of this crate.
pub type Result<T> = std::result::Result<T, Error>;

/// Everything this crate can report.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A file or folder cannot be opened, read or written.
    #[error("{path}: cannot {action}: {source}")]
    Io {
        /// The file or folder.
        path: String,
        /// Attempted action: "read", "write", "create the folder".
        action: &'static str,
        /// Reason given by the operating system.
        source: io::Error,
    },
    /// An annotation or detections file that cannot be used.
    #[error(transparent)]
    Coco(#[from] scalenas_coco::Error),
    /// The facts of a data set cannot be used.
    #[error("{path}: key `{key}`: {problem}; accepted: {accepted}")]
    Facts {
        /// The file.
        path: String,
        /// The key that is wrong.
        key: &'static str,
        /// Its value, or the problem with it.
        problem: String,
        /// Accepted form.
        accepted: String,
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
        /// Problem with it.
        problem: String,
    },
    /// A label picture that cannot be used.
    #[error(
        "{path}: {problem}; accepted: {accepted}, complete, of the picture's size, with label values that \
             the data set's facts list"
    )]
    Labels {
        /// The label picture.
        path: String,
        /// Problem with it.
        problem: String,
        /// Accepted files.
        accepted: &'static str,
    },
    /// Bad pictures were left out, and no other is left.
    #[error(
        "{first}: {reason}; and none of the pictures is left ({count} left out); accepted: at least \
         one good picture in the folder that the annotations belong to"
    )]
    NothingLeft {
        /// The first picture.
        first: String,
        /// Problem with it.
        reason: String,
        /// Number of pictures left out.
        count: usize,
    },
    /// A split without pictures.
    #[error("{folder}: no pictures; accepted: files whose names end in {suffix}")]
    NoPictures {
        /// The folder or the list.
        folder: String,
        /// Suffix of the file names searched for.
        suffix: String,
    },
    /// A line of a list that does not name a picture and its labels.
    #[error(
        "{path}: line {line}: {problem}; accepted: a picture and its labels, apart by a tab, a comma \
         or a space; paths with such characters in double quotes"
    )]
    ListLine {
        /// The list.
        path: String,
        /// Line from 1.
        line: usize,
        /// Problem with it.
        problem: String,
    },
    /// A setting of this crate that is out of range.
    #[error("{key}: {value}; accepted: {accepted}")]
    Setting {
        /// The setting.
        key: &'static str,
        /// Its value.
        value: String,
        /// Accepted form.
        accepted: &'static str,
    },
}

impl Error {
    pub(crate) fn io(path: &Path, action: &'static str, source: io::Error) -> Self {
        Self::Io { path: show(path), action, source }
    }

    pub(crate) fn facts(
        path: &Path,
        key: &'static str,
        problem: impl Into<String>,
        accepted: impl Into<String>,
    ) -> Self {
        let (problem, accepted) = (problem.into(), accepted.into());
        Self::Facts { path: show(path), key, problem, accepted }
    }

    pub(crate) fn labels(path: &Path, coding: LabelCoding, problem: impl Into<String>) -> Self {
        Self::Labels { path: show(path), problem: problem.into(), accepted: coding.accepted() }
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
