//! Lists of pictures and their labels.

use std::path::{Path, PathBuf};

use scalenas_base::text;

use super::facts::SegmentationFacts;
use super::files::{LabelledPicture, name_apart};
use crate::error::show;
use crate::{Error, Result};

/// Pictures from a list file: per line a picture and, if it has one, its label picture, below
/// `root` and apart by a tab, a comma or white space. Quotes and existing files decide where paths
/// hold such characters; separators of Windows are accepted.
///
/// # Errors
/// When the file cannot be read, is empty or a line names more than two files.
pub fn read_list(
    list: &Path,
    root: &Path,
    facts: &SegmentationFacts,
) -> Result<Vec<LabelledPicture>> {
    let text = text::read(list).map_err(|e| Error::io(list, "read", e))?;
    let lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    let pictures = lines.map(|(number, line)| {
        let problem = |problem| Error::ListLine { path: show(list), line: number + 1, problem };
        let (image, labels) = match &fields(line.trim(), root).map_err(problem)?[..] {
            [image] => (image.clone(), None),
            [image, labels] => (image.clone(), Some(resolve(root, labels))),
            _ => return Err(problem("names more than two files".into())),
        };
        let file = image.rsplit(['/', '\\']).next().unwrap_or(&image);
        let name = file.strip_suffix(&facts.images.suffix);
        let name = name.unwrap_or_else(|| file.rsplit_once('.').map_or(file, |(stem, _)| stem));
        Ok(LabelledPicture { name: name.to_owned(), image: resolve(root, &image), labels })
    });
    let mut pictures: Vec<_> = pictures.collect::<Result<_>>()?;
    if pictures.is_empty() {
        return Err(Error::NoPictures { folder: show(list), suffix: facts.images.suffix.clone() });
    }
    name_apart(&mut pictures, root);
    Ok(pictures)
}

/// Paths of a line.
fn fields(line: &str, root: &Path) -> std::result::Result<Vec<String>, String> {
    if line.contains('"') {
        return quoted(line);
    }
    for separator in ['\t', ','] {
        let parts: Vec<&str> = line.split(separator).map(str::trim).collect();
        // A path may hold a comma.
        if parts.len() > 1 && (separator == '\t' || !resolve(root, line).exists()) {
            return Ok(parts.into_iter().filter(|part| !part.is_empty()).map(Into::into).collect());
        }
    }
    let words: Vec<String> = line.split_whitespace().map(Into::into).collect();
    let exist = |paths: &[&str]| paths.iter().all(|path| resolve(root, path).exists());
    if words.len() < 2 || (words.len() == 2 && exist(&[&words[0], &words[1]])) {
        return Ok(words);
    }
    if exist(&[line]) {
        return Ok(vec![line.to_owned()]);
    }
    let spaces = line.match_indices(char::is_whitespace);
    let mut pairs = spaces.map(|(at, _)| (line[..at].trim(), line[at..].trim()));
    let found = pairs.find(|&(image, labels)| exist(&[image, labels]));
    Ok(found.map_or(words, |(image, labels)| vec![image.to_owned(), labels.to_owned()]))
}

/// Paths in double quotes, and those between them.
fn quoted(line: &str) -> std::result::Result<Vec<String>, String> {
    let parts: Vec<&str> = line.split('"').collect();
    if parts.len().is_multiple_of(2) {
        return Err("a quote is not closed".into());
    }
    let separators = [' ', '\t', ','];
    let fields = parts.iter().enumerate().flat_map(|(index, part)| {
        let inside = index % 2 == 1;
        let outside = part.split(separators).filter(move |word| !inside && !word.is_empty());
        inside.then_some(*part).into_iter().chain(outside)
    });
    Ok(fields.map(Into::into).collect())
}

/// A path of a list below `root`, with separators of Windows where it does not exist without.
fn resolve(root: &Path, path: &str) -> PathBuf {
    let plain = root.join(path);
    if plain.exists() || !path.contains('\\') {
        return plain;
    }
    root.join(path.replace('\\', "/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn separators_quotes_and_files_tell_paths_apart() {
        let folder = tempfile::tempdir().unwrap();
        for file in ["a.png", "b.png", "my a.png", "my b.png", "c, d.png"] {
            std::fs::write(folder.path().join(file), b"").unwrap();
        }
        for (line, paths) in [
            ("a.png", vec!["a.png"]),
            ("a.png  b.png", vec!["a.png", "b.png"]),
            ("my a.png\tmy b.png", vec!["my a.png", "my b.png"]),
            ("a.png, b.png", vec!["a.png", "b.png"]),
            ("c, d.png", vec!["c, d.png"]),
            ("my a.png", vec!["my a.png"]),
            ("my a.png my b.png", vec!["my a.png", "my b.png"]),
            ("\"my a.png\" b.png", vec!["my a.png", "b.png"]),
            ("\"my a.png\",\"my b.png\"", vec!["my a.png", "my b.png"]),
            ("no such file here", vec!["no", "such", "file", "here"]),
        ] {
            assert_eq!(fields(line, folder.path()).unwrap(), paths, "{line}");
        }
        assert!(fields("\"a.png", folder.path()).is_err());
    }
}
