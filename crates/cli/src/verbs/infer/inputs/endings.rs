//! Videos by the endings of their names.

use std::path::Path;

/// Endings of videos.
const VIDEOS: [&str; 7] = ["mp4", "mov", "mkv", "avi", "webm", "m4v", "mpg"];

/// Whether a file is a video.
pub fn is_video(path: &Path) -> bool {
    let found = path.extension().and_then(|ending| ending.to_str());
    found.is_some_and(|found| VIDEOS.iter().any(|ending| found.eq_ignore_ascii_case(ending)))
}
