//! A part of a data set that was checked before anything is learnt from it.

use std::path::PathBuf;

use scalenas_base::{PictureOptions, Size};
use scalenas_data::Part;
use scalenas_data::check::Finding;
use scalenas_report::Sample;
use scalenas_train::TaskSource;

/// Data of a task to check.
pub struct CheckRequest<'a> {
    /// Place and size of the data.
    pub source: &'a TaskSource,
    /// Part to check.
    pub part: Part,
    /// Options of reading pictures.
    pub options: PictureOptions,
    /// Pictures of the contact sheet; 0 for none.
    pub samples: usize,
}

/// A part of a data set that was checked.
pub struct CheckedPart {
    /// The part.
    pub part: Part,
    /// Facts about the part, name and value.
    pub rows: Vec<(String, String)>,
    /// Trouble.
    pub findings: Vec<Finding>,
    /// Pictures, with their sizes in the annotations if there are any.
    pub pictures: Vec<(PathBuf, Option<Size>)>,
    /// Annotated pictures of the contact sheet.
    pub samples: Vec<Sample>,
}

/// Positions of at most `count` of `all` samples, evenly apart.
pub fn spread(all: usize, count: usize) -> impl Iterator<Item = usize> {
    let count = count.min(all);
    (0..count).map(move |index| index * all / count)
}
