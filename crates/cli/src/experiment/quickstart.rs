//! Experiments of `quickstart`: compiled in, so that it works from any folder.

use crate::arguments::{PoseHead, Task};

/// Top-down pose.
const TOP_DOWN: (&str, &str) =
    ("configs/quickstart.ron", include_str!("../../../../configs/quickstart.ron"));
/// Bottom-up pose.
const BOTTOM_UP: (&str, &str) = (
    "configs/quickstart_bottom_up.ron",
    include_str!("../../../../configs/quickstart_bottom_up.ron"),
);
/// Segmentation.
const SEGMENTATION: (&str, &str) = (
    "configs/quickstart_segmentation.ron",
    include_str!("../../../../configs/quickstart_segmentation.ron"),
);

/// Classification.
const CLASSIFICATION: (&str, &str) = (
    "configs/quickstart_classification.ron",
    include_str!("../../../../configs/quickstart_classification.ron"),
);

/// Name and text of the experiment of a task.
pub fn quickstart(task: Task, head: PoseHead) -> (&'static str, &'static str) {
    match (task, head) {
        (Task::Pose, PoseHead::TopDown) => TOP_DOWN,
        (Task::Pose, PoseHead::BottomUp) => BOTTOM_UP,
        (Task::Segmentation, _) => SEGMENTATION,
        (Task::Classification, _) => CLASSIFICATION,
    }
}
