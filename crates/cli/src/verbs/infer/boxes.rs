//! Boxes around people, as the arguments give them.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use anyhow::Result;
use scalenas_coco::boxes::{self, NamedBox};

use crate::error::user;
use crate::task::{BoxAround, Picture};

/// Word that stands for the boxes of whole pictures.
const WHOLE: &str = "whole";

/// Source of boxes, read as far as it is cheap.
pub enum Boxes {
    /// The network takes whole pictures.
    Needless,
    /// A picture is a box.
    Whole,
    /// A run whose network finds people in whole pictures.
    Run(PathBuf),
    /// A file, and the boxes in it.
    Named(PathBuf, Vec<NamedBox>),
}

impl Boxes {
    /// The source that an argument names.
    pub fn read(argument: Option<&Path>) -> Result<Self> {
        Ok(match argument {
            None => Self::Needless,
            Some(word) if word.as_os_str() == WHOLE => Self::Whole,
            Some(run) if run.join("run.json").exists() => Self::Run(run.to_owned()),
            Some(file) => Self::Named(file.to_owned(), boxes::read(file)?),
        })
    }

    /// Refuses an architecture where no network finds the boxes.
    pub fn check_architecture(&self, architecture: Option<&str>) -> Result<()> {
        match (self, architecture) {
            (Self::Run(_), _) | (_, None) => Ok(()),
            (_, Some(architecture)) => Err(user(format!(
                "--boxes-arch {architecture}: --boxes is no run; accepted: with --boxes RUN"
            ))),
        }
    }
}

/// The box of every whole picture.
pub fn whole(pictures: &[Picture]) -> Vec<BoxAround> {
    let sides = |picture: &Picture| [picture.size.width as f64, picture.size.height as f64];
    let whole = pictures.iter().enumerate().map(|(index, picture)| {
        let [width, height] = sides(picture);
        BoxAround { picture: index, bbox: [0.0, 0.0, width, height], score: 1.0 }
    });
    whole.collect()
}

/// The boxes of a file, for pictures that it names by their path or by its end.
pub fn of_file(path: &Path, named: &[NamedBox], pictures: &[Picture]) -> Result<Vec<BoxAround>> {
    let mut found: HashMap<&str, Vec<&NamedBox>> = HashMap::new();
    for named in named {
        found.entry(&named.file_name).or_default().push(named);
    }
    let mut matched = Vec::new();
    for (index, picture) in pictures.iter().enumerate() {
        let Some(boxes) = ends(&picture.name).find_map(|end| found.get(end)) else { continue };
        let boxes = boxes.iter().map(|named| BoxAround {
            picture: index,
            bbox: named.bbox,
            score: named.score,
        });
        matched.extend(boxes);
    }
    if matched.is_empty() {
        let first = found.keys().min().copied().unwrap_or("none");
        return Err(user(format!(
            "{}: has no box for any of the {} pictures; it names {} pictures, such as {first}, but asked for \
             are {} …",
            path.display(),
            pictures.len(),
            found.len(),
            pictures[0].name,
        )));
    }
    Ok(matched)
}

/// A name and its ends behind every slash, longest first.
fn ends(name: &str) -> impl Iterator<Item = &str> {
    let slashes = name.match_indices('/').map(|(at, _)| &name[at + 1..]);
    std::iter::once(name).chain(slashes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pictures_are_known_by_the_ends_of_their_paths() {
        let found: Vec<&str> = ends("a/b/1.jpg").collect();
        assert_eq!(found, ["a/b/1.jpg", "b/1.jpg", "1.jpg"]);
    }
}
