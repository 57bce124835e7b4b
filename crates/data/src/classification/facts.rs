//! Classes of pictures: their folders and names.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::{Error, Result};

/// Beginning of facts that list the folders of the classes.
const FOLDERS: &str = "folders:";
/// Character between folders, which no name of a folder holds.
const APART: char = '/';

/// Classes of a data set, in the order of the network's outputs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClassificationFacts {
    /// Name of the data set.
    pub name: String,
    /// The classes.
    pub classes: Vec<PictureClass>,
}

/// A class of pictures.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PictureClass {
    /// Folder of its pictures within a part of the data set.
    pub folder: String,
    /// Name in results.
    pub name: String,
}

impl ClassificationFacts {
    /// Facts from a RON file.
    ///
    /// # Errors
    /// Names the file, the key and its value.
    pub fn read(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        let text = fs::read_to_string(path).map_err(|e| Error::io(path, "read", e))?;
        let facts: Self = ron::from_str(&text).map_err(|e| {
            Error::facts(
                path,
                "facts",
                e.to_string(),
                "(name: \"…\", classes: [(folder: \"…\", name: \"…\"), …])",
            )
        })?;
        facts.checked(path)
    }

    /// The facts, if their classes are at least two folders; `path` is their file, for messages.
    ///
    /// # Errors
    /// As for [`read`](Self::read).
    pub fn checked(self, path: impl AsRef<Path>) -> Result<Self> {
        self.check(&path.as_ref().display().to_string())?;
        Ok(self)
    }

    /// Facts of classes that are called like their folders.
    ///
    /// # Errors
    /// If there are fewer than two folders, or two of one name.
    pub fn of_folders(name: &str, folders: Vec<String>) -> Result<Self> {
        let class = |folder: String| PictureClass { name: folder.clone(), folder };
        let facts =
            Self { name: name.to_owned(), classes: folders.into_iter().map(class).collect() };
        facts.check(name)?;
        Ok(facts)
    }

    /// Text that lists folders, such as `folders:cat/dog`; [`Self::parse`] reads it.
    pub fn list(folders: &[String]) -> String {
        format!("{FOLDERS}{}", folders.join(&APART.to_string()))
    }

    /// Facts of a text that lists folders; `None` for another text.
    ///
    /// # Errors
    /// If there are fewer than two folders, or two of one name.
    pub fn parse(text: &str) -> Option<Result<Self>> {
        let folders = text.strip_prefix(FOLDERS)?.split(APART).map(str::to_owned).collect();
        Some(Self::of_folders("folders", folders))
    }

    fn check(&self, origin: &str) -> Result<()> {
        let refuse = |key, problem: String, accepted| {
            Err(Error::facts(Path::new(origin), key, problem, accepted))
        };
        if self.classes.len() < 2 {
            let problem = format!("{} of them", self.classes.len());
            return refuse("classes", problem, "at least two classes");
        }
        let mut seen = BTreeSet::new();
        for class in &self.classes {
            let is_name = !class.folder.is_empty()
                && class.folder != ".."
                && !class.folder.contains(['/', '\\']);
            if !is_name || !seen.insert(&class.folder) {
                let accepted = "names of folders, each once";
                return refuse("folder", format!("{:?}", class.folder), accepted);
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_of_folders_are_facts() {
        let folders = ["n01440764".to_owned(), "big cat, old".to_owned()];
        let facts =
            ClassificationFacts::parse(&ClassificationFacts::list(&folders)).unwrap().unwrap();
        assert_eq!(facts.classes[1].folder, "big cat, old");
        assert!(ClassificationFacts::parse("pets.ron").is_none());
        for wrong in ["folders:cat", "folders:cat/cat", "folders:", "folders:a//b", "folders:a/.."]
        {
            let said = ClassificationFacts::parse(wrong).unwrap().unwrap_err().to_string();
            assert!(said.contains("accepted"), "{said}");
        }
    }

    #[test]
    fn files_of_facts_are_checked() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("pets.ron");
        let good =
            r#"(name: "pets", classes: [(folder: "c", name: "cat"), (folder: "d", name: "dog")])"#;
        fs::write(&path, good).unwrap();
        assert_eq!(ClassificationFacts::read(&path).unwrap().classes[0].name, "cat");
        for (from, to, said) in [
            ("\"d\"", "\"c\"", "folder"),
            ("\"d\"", "\"x/d\"", "x/d"),
            ("folder", "dir", "dir"),
            (", (folder: \"d\", name: \"dog\")", "", "two classes"),
        ] {
            fs::write(&path, good.replace(from, to)).unwrap();
            let error = ClassificationFacts::read(&path).unwrap_err().to_string();
            assert!(error.contains(said) && error.contains("pets.ron"), "{said}: {error}");
        }
    }
}
