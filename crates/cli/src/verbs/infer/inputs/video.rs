//! Videos, through the ffmpeg program: frames as pictures, and drawn frames as a video again.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::Result;
use tempfile::TempDir;

use crate::error::user;

/// Names of frames, in the order of time.
const FRAMES: &str = "%06d";

/// A video whose frames lie in a temporary folder.
pub struct Video {
    path: PathBuf,
    short: String,
    frames: TempDir,
}

/// Fails unless ffmpeg can be called.
pub fn require_ffmpeg() -> Result<()> {
    for program in ["ffmpeg", "ffprobe"] {
        let call = Command::new(program).arg("-version").stdout(Stdio::null()).status();
        if !call.is_ok_and(|status| status.success()) {
            return Err(user(format!(
                "videos are read through {program}, which cannot be called; accepted: ffmpeg installed and \
                 in PATH, or pictures"
            )));
        }
    }
    Ok(())
}

impl Video {
    /// Writes the frames of a video into a temporary folder.
    pub fn take_apart(path: &Path, short: String) -> Result<Self> {
        let frames = tempfile::tempdir()?;
        let pattern = frames.path().join(format!("{FRAMES}.png"));
        let every_frame = ["-fps_mode", "passthrough"].map(OsStr::new);
        let input = [OsStr::new("-i"), path.as_os_str()];
        ffmpeg(path, &[&input[..], &every_frame, &[pattern.as_os_str()]].concat())?;
        Ok(Self { path: path.to_owned(), short, frames })
    }

    /// Numbers and files of the frames.
    pub fn frames(&self) -> Result<Vec<(String, PathBuf)>> {
        let mut frames = Vec::new();
        for entry in std::fs::read_dir(self.frames.path())? {
            let path = entry?.path();
            let stem = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            frames.push((stem, path));
        }
        frames.sort();
        Ok(frames)
    }

    /// Puts the drawn frames below `folder` together, and returns the video.
    pub fn put_together(&self, folder: &Path, drawn: &Path) -> Result<PathBuf> {
        let name = self.path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let out = folder.join(format!("{name}.drawn.mp4"));
        let rate = self.rate()?;
        let pattern = drawn.join(format!("{FRAMES}.jpg"));
        // Players want whole pairs of rows and columns, and this order of colours.
        let words = ["-vf", "pad=ceil(iw/2)*2:ceil(ih/2)*2", "-pix_fmt", "yuv420p"].map(OsStr::new);
        let input = ["-framerate", &rate, "-i"].map(OsStr::new);
        let arguments = [&input[..], &[pattern.as_os_str()], &words, &[out.as_os_str()]].concat();
        ffmpeg(&out, &arguments)?;
        Ok(out)
    }

    /// Name of files about the video.
    pub fn short(&self) -> &str {
        &self.short
    }

    /// Frames per second, as a fraction.
    fn rate(&self) -> Result<String> {
        let words = ["-v", "error", "-select_streams", "v:0", "-show_entries"];
        let shown = ["stream=r_frame_rate", "-of", "csv=p=0"];
        let call = Command::new("ffprobe").args(words).args(shown).arg(&self.path).output()?;
        Ok(String::from_utf8_lossy(&call.stdout).trim().trim_end_matches(',').to_owned())
    }
}

/// Calls ffmpeg about a file.
fn ffmpeg(about: &Path, arguments: &[&OsStr]) -> Result<()> {
    let words = ["-v", "error", "-nostdin", "-y"];
    let call = Command::new("ffmpeg").args(words).args(arguments).output()?;
    if call.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&call.stderr);
    Err(user(format!("{}: ffmpeg says: {}", about.display(), said.trim())))
}
