//! Checks of data sets before anything is learnt from them: everything that reads without an error and
//! still hurts.

mod annotations;
mod classes;
mod duplicates;
mod fingerprint;
mod labels;
mod sides;

use serde::Serialize;

pub use annotations::{JointCounts, check_annotations, joint_counts};
pub use classes::{check_picture_classes, pictures_per_class};
pub use duplicates::{NearDuplicate, near_duplicates};
pub use fingerprint::{Fingerprint, scan};
pub use labels::{ClassCounts, check_classes, count_classes};

/// Examples of a finding that are kept.
const EXAMPLES: usize = 5;

/// Weight of a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// Stops a run, or spoils its figures.
    Error,
    /// Costs accuracy, or is likely a mistake.
    Warning,
    /// Worth knowing.
    Note,
}

/// One kind of trouble, with its cases.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Finding {
    /// Weight.
    pub level: Level,
    /// Kind of trouble, in one line.
    pub problem: String,
    /// Number of cases.
    pub count: usize,
    /// Number of those that were looked at.
    pub of: usize,
    /// The first cases.
    pub examples: Vec<String>,
    /// Way on.
    pub advice: &'static str,
}

/// Kind of trouble that a check looks for.
#[derive(Clone, Copy, Debug)]
pub struct Kind {
    /// Weight.
    pub level: Level,
    /// Kind of trouble, in one line.
    pub problem: &'static str,
    /// Way on.
    pub advice: &'static str,
}

impl Kind {
    /// The finding about cases among `of` that were looked at, if there is one.
    pub fn finding(self, cases: Vec<String>, of: usize) -> Option<Finding> {
        let Self { level, problem, advice } = self;
        let (count, problem) = (cases.len(), problem.to_owned());
        let examples = cases.into_iter().take(EXAMPLES).collect();
        (count > 0).then_some(Finding { level, problem, count, of, examples, advice })
    }
}
