//! Judgement of an error.

/// Judgement of one error.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// The user can fix it: a file, an argument, a full disk.
    Fixable,
    /// The user can fix it, and the command line has an option that helps.
    Hint(String),
    /// An error of the program.
    Defect,
}
