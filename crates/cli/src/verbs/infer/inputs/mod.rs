//! Pictures to predict, from whatever names them.

mod endings;
mod list;
mod video;

use std::path::{Path, PathBuf};

use anyhow::Result;
use scalenas_data::{BadImages, Image8};

use crate::error::user;
use crate::render::Output;
use crate::task::Picture;
use endings::is_video;
pub use video::Video;

/// Pictures, and the videos whose frames are among them.
pub struct Inputs {
    /// Pictures, in the order of the results.
    pub pictures: Vec<Picture>,
    /// Videos.
    pub videos: Vec<Video>,
}

/// Finds all pictures that the arguments name, reads their sizes, and takes videos apart.
pub fn read(inputs: &[PathBuf], bad: BadImages, output: Output) -> Result<Inputs> {
    let files = list::files(inputs)?;
    if files.iter().any(|file| is_video(file)) {
        video::require_ffmpeg()?;
    }
    let shared = list::shared_folder(&files);
    let short = |file: &Path| file.strip_prefix(&shared).unwrap_or(file).display().to_string();
    let (mut pictures, mut videos) = (Vec::new(), Vec::new());
    for file in files {
        if is_video(&file) {
            let video = Video::take_apart(&file, short(&file))?;
            let frames = video.frames()?;
            output.say(format!("{}: {} frames", file.display(), frames.len()));
            for (frame, path) in frames {
                let name = format!("{}/{frame}", file.display());
                pictures.push(picture([name, format!("{}/{frame}", video.short())], path)?);
            }
            videos.push(video);
            continue;
        }
        match picture([file.display().to_string(), short(&file)], file.clone()) {
            Ok(picture) => pictures.push(picture),
            Err(error) if bad == BadImages::Skip => output.say(format!("left out: {error:#}")),
            Err(error) => return Err(error),
        }
    }
    if pictures.is_empty() {
        return Err(user("no picture is left to predict"));
    }
    Ok(Inputs { pictures, videos })
}

fn picture([name, short]: [String; 2], path: PathBuf) -> Result<Picture> {
    let size = Image8::read_size(&path)?;
    Ok(Picture { name, short, path, size })
}
