//! Errors of predictions, results and annotations: file, key, value, accepted form.
//!
//! Problems that tend to come in numbers carry the first case and the count of all of them.

/// Result of this crate.
pub type Result<T> = std::result::Result<T, Error>;

/// Everything this crate can report.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// An annotation or results file that cannot be used.
    #[error(transparent)]
    Coco(#[from] scalenas_coco::Error),
    /// Results of images that the annotations do not list.
    #[error(
        "{file}: {count} result{} of images that are not in {annotations}, the first with \
         image_id {first}; accepted: results of the annotated split",
        if *.count == 1 { "" } else { "s" }
    )]
    UnknownImages {
        /// The results file, or "results" for those in memory.
        file: String,
        /// Number of results.
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
        /// The result.
        entry: String,
        /// The category it names.
        found: u64,
        /// The categories of the annotation file.
        accepted: String,
    },
    /// Sigmas that no similarity can be computed with.
    #[error("sigma {index} is {value}; accepted: one positive, finite sigma per joint")]
    Sigma {
        /// Position of the joint.
        index: usize,
        /// Its value.
        value: f64,
    },
    /// Heatmaps, tags or grouping settings that do not belong together.
    #[error("{what} is {found}; accepted: {accepted}")]
    Maps {
        /// The map or setting.
        what: &'static str,
        /// Its value.
        found: String,
        /// Accepted form.
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
