//! Tasks of the runner, one room each: default facts, data sets of a run, samples of a report.
//!
//! Other modules call [`room`] and [`Request`] and do not depend on the task; the verbs that score
//! one kind of prediction (`eval_pose`, `eval_seg`, `eval_class`) are part of the rooms.

mod bottom_up;
mod checked;
mod classification;
mod draws;
mod facts;
mod infer;
pub mod keypoints;
mod read;
mod registry;
mod request;
mod room;
mod segmentation;
mod top_down;

pub use bottom_up::scenes;
pub use checked::{CheckRequest, CheckedPart};
pub use classification::part as classed;
pub use facts::{facts_of_data, say_found};
pub use infer::{BoxAround, InferRequest, Picture, Predicted};
pub use keypoints::boxes::find_boxes;
pub use registry::{infer, report_samples, room, room_of, training_samples};
pub use request::{Request, Variation};
pub use room::Room;
pub use segmentation::{labelled, warn_of_extent, warn_of_positions, whole};

use scalenas_space::SpaceSpec;
use scalenas_train::Figure;

/// Verbs that score the heads of a space, for messages.
pub fn scoring(space: &SpaceSpec) -> String {
    let verbs = space.heads.iter().map(|&head| room(head).scoring_verb());
    verbs.collect::<Vec<_>>().join(" or ")
}

/// Figures that networks of a space are ranked by, in the order of the heads; the first one decides
/// where a single figure is needed.
pub fn figures(space: &SpaceSpec) -> Vec<Figure> {
    space.heads.iter().map(|&head| Figure::of_head(head)).collect()
}
