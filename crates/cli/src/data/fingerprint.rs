//! Fingerprint of a data set: the contents of its annotations, the names and sizes of its pictures. Other machines have
//! them elsewhere.

use std::path::{Path, PathBuf};

use anyhow::Result;
use scalenas_archive::{digest_of_file, digest_of_text};
use scalenas_data::BoxPadding;
use scalenas_data::pictures::is_picture;
use scalenas_train::TaskSource;
use walkdir::{DirEntry, WalkDir};

use crate::error::user;

/// Endings of annotations and lists, in small letters. A corrected coordinate leaves their size as it was.
const ANNOTATIONS: [&str; 5] = ["json", "ron", "csv", "txt", "lst"];
/// File that makes a folder one of a run, whose files change while it is searched.
const RUN: &str = "run.json";

/// Digest of the files in the folder of a data set, of those that the source names besides, and of how they are read.
pub fn fingerprint(folder: &Path, source: &TaskSource) -> Result<String> {
    let files = &source.files;
    let named = [&files.train, &files.val]
        .into_iter()
        .flat_map(|part| part.annotations.iter().chain(&part.images).map(|path| folder.join(path)));
    let mut roots: Vec<PathBuf> = named.filter(|path| !path.starts_with(folder)).collect();
    roots.insert(0, folder.to_owned());
    let mut lines = vec![facts(&source.facts), format!("{:?}", source.files.val_share)];
    lines.push(format!("{:?} {:?} {}", files.boxes, files.category, files.apply_exif));
    if files.box_padding != BoxPadding::default() {
        lines.push(format!("{:?}", files.box_padding));
    }
    for root in roots {
        let files = WalkDir::new(&root).follow_links(true).sort_by_file_name().into_iter();
        let is_run = |entry: &DirEntry| entry.depth() > 0 && entry.path().join(RUN).exists();
        for entry in files.filter_entry(|entry| !is_run(entry)) {
            let failed =
                |e: walkdir::Error| user(format!("failed to read {}: {e}", root.display()));
            let entry = entry.map_err(failed)?;
            let (path, is_file) = (entry.path(), entry.file_type().is_file());
            let name = path.strip_prefix(&root).unwrap_or(path).display();
            if is_file && is_picture(path) {
                lines.push(format!("{name} {}", entry.metadata().map_err(failed)?.len()));
            } else if is_file && is_annotation(path) {
                lines.push(format!("{name} {}", digest_of_file(path)?));
            }
        }
    }
    Ok(digest_of_text(&lines.join("\n")))
}

fn is_annotation(path: &Path) -> bool {
    let ending = path.extension().unwrap_or_default().to_string_lossy().to_lowercase();
    ANNOTATIONS.contains(&&*ending)
}

/// Contents of the facts, or their name where they are built in.
fn facts(name: &str) -> String {
    std::fs::read_to_string(name).unwrap_or_else(|_| name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use scalenas_base::Size;
    use scalenas_data::DataFiles;
    use std::fs;

    #[test]
    fn contents_count_and_places_do_not() {
        let folder = tempfile::tempdir().unwrap();
        let source = TaskSource {
            data: folder.path().to_owned(),
            facts: "coco".to_owned(),
            input: Size::square(64),
            batch: 4,
            files: DataFiles::default(),
        };
        let of = |name: &str| fingerprint(&folder.path().join(name), &source).unwrap();
        for name in ["a", "b"] {
            fs::create_dir(folder.path().join(name)).unwrap();
            fs::write(folder.path().join(name).join("1.jpg"), "12").unwrap();
        }
        assert_eq!(of("a"), of("b"));
        // A run in the folder, and other files, are no data.
        fs::create_dir(folder.path().join("b/run")).unwrap();
        fs::write(folder.path().join("b/run/run.json"), "{}").unwrap();
        fs::write(folder.path().join("b/notes.md"), "x").unwrap();
        assert_eq!(of("a"), of("b"));
        fs::write(folder.path().join("b/1.jpg"), "123").unwrap();
        assert_ne!(of("a"), of("b"));
        // A corrected coordinate counts although the size stays.
        let corrected = [r#"{"x": 12}"#, r#"{"x": 13}"#].map(|text| {
            fs::write(folder.path().join("b/labels.json"), text).unwrap();
            of("b")
        });
        assert_ne!(corrected[0], corrected[1]);
        // The folder itself counts, whatever it holds.
        fs::write(folder.path().join("b/run.json"), "{}").unwrap();
        fs::write(folder.path().join("b/1.jpg"), "1234").unwrap();
        let larger = of("b");
        fs::write(folder.path().join("b/1.jpg"), "12345").unwrap();
        assert_ne!(of("b"), larger);
        let own = TaskSource { facts: "crowdpose".to_owned(), ..source.clone() };
        assert_ne!(fingerprint(&folder.path().join("a"), &own).unwrap(), of("a"));
        assert!(fingerprint(&folder.path().join("absent"), &source).is_err());
    }
}
