//! Pictures to predict, from whatever names them.

mod endings;
mod list;
mod video;

use std::path::{Path, PathBuf};

use anyhow::Result;
use scalenas_data::{BadImages, Image8, PictureOptions, Reading};

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

/// Files that the arguments name, checked as far as it is cheap.
pub struct Files {
    files: Vec<File>,
}

enum File {
    Picture(Picture),
    /// A video, and the name of files about it.
    Video(PathBuf, String),
}

impl Files {
    /// Finds all files that the arguments name, and reads the sizes of pictures.
    pub fn find(inputs: &[PathBuf], reading: Reading, output: Output) -> Result<Self> {
        let paths = list::files(inputs)?;
        if paths.iter().any(|path| is_video(path)) {
            video::require_ffmpeg()?;
        }
        let shared = list::shared_folder(&paths);
        let short = |path: &Path| path.strip_prefix(&shared).unwrap_or(path).display().to_string();
        let mut files = Vec::new();
        for path in paths {
            let short = short(&path);
            if is_video(&path) {
                files.push(File::Video(path, short));
                continue;
            }
            match picture([path.display().to_string(), short], path, reading.pictures) {
                Ok(picture) => files.push(File::Picture(picture)),
                Err(error) if reading.bad == BadImages::Skip => {
                    output.say(format!("left out: {error:#}"));
                }
                Err(error) => return Err(error),
            }
        }
        if files.is_empty() {
            return Err(user("no picture is left to predict"));
        }
        Ok(Self { files })
    }

    /// Takes videos apart.
    pub fn open(self, output: Output) -> Result<Inputs> {
        let mut inputs = Inputs { pictures: Vec::new(), videos: Vec::new() };
        for file in self.files {
            match file {
                File::Picture(picture) => inputs.pictures.push(picture),
                File::Video(path, short) => inputs.add_video(&path, short, output)?,
            }
        }
        if inputs.pictures.is_empty() {
            return Err(user("the videos have no frame to predict"));
        }
        Ok(inputs)
    }
}

impl Inputs {
    fn add_video(&mut self, path: &Path, short: String, output: Output) -> Result<()> {
        let video = Video::take_apart(path, short)?;
        let frames = video.frames()?;
        output.say(format!("{}: {} frames", path.display(), frames.len()));
        for (frame, file) in frames {
            let name = format!("{}/{frame}", path.display());
            let names = [name, format!("{}/{frame}", video.short())];
            self.pictures.push(picture(names, file, PictureOptions::default())?);
        }
        self.videos.push(video);
        Ok(())
    }
}

fn picture([name, short]: [String; 2], path: PathBuf, options: PictureOptions) -> Result<Picture> {
    let size = Image8::read_size(&path, options)?;
    Ok(Picture { name, short, path, size })
}
