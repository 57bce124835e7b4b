//! Kinds of files by their endings.

use std::path::Path;

/// Endings of pictures.
const PICTURES: [&str; 3] = ["jpg", "jpeg", "png"];
/// Endings of videos.
const VIDEOS: [&str; 7] = ["mp4", "mov", "mkv", "avi", "webm", "m4v", "mpg"];

/// Whether a file is a picture.
pub fn is_picture(path: &Path) -> bool {
    has_ending(path, &PICTURES)
}

/// Whether a file is a video.
pub fn is_video(path: &Path) -> bool {
    has_ending(path, &VIDEOS)
}

fn has_ending(path: &Path, endings: &[&str]) -> bool {
    let found = path.extension().and_then(|ending| ending.to_str());
    found.is_some_and(|found| endings.iter().any(|ending| found.eq_ignore_ascii_case(ending)))
}
