//! Boxes around people, as the arguments give them.

use std::collections::HashMap;
use std::path::Path;

use anyhow::Result;
use scalenas_coco::boxes::{self, NamedBox};

use crate::error::user;
use crate::task::{BoxAround, Picture};

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
pub fn of_file(path: &Path, pictures: &[Picture]) -> Result<Vec<BoxAround>> {
    let mut found: HashMap<String, Vec<NamedBox>> = HashMap::new();
    for named in boxes::read(path)? {
        found.entry(named.file_name.clone()).or_default().push(named);
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
        let first = found.keys().min().map_or("none", |name| &**name);
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
