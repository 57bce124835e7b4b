//! Facts of a segmentation data set: classes, their colours and label values, names of files.
//!
//! One RON file per data set (`datasets/`); a user's own classes need such a file and no code.

use std::collections::HashSet;
use std::path::Path;

use scalenas_base::text;
use serde::{Deserialize, Serialize};

use super::coding::{LabelCoding, Labelling};
use super::labels::IGNORED;
use crate::{Error, Result};

const CITYSCAPES: &str = include_str!("../../../../datasets/cityscapes.ron");
/// Maximum number of classes: one value is [`IGNORED`].
const MAX_CLASSES: usize = 255;

/// Classes of a data set, and names of its files.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SegmentationFacts {
    /// Name of the data set, for messages and reports.
    pub name: String,
    /// Names of pictures: `FOLDER/SPLIT/**/*SUFFIX` below the root.
    pub images: FileNames,
    /// Names of label pictures: the path of the picture with this folder and suffix.
    pub labels: FileNames,
    /// Meaning of the pixels of label pictures.
    #[serde(default)]
    pub label_coding: LabelCoding,
    /// Values of label pictures that take no part in training and evaluation.
    #[serde(default)]
    pub ignored: Vec<u8>,
    /// Colours of label pictures that take no part, where colours are classes.
    #[serde(default)]
    pub ignored_colours: Vec<(u8, u8, u8)>,
    /// The classes, in the order of the network's outputs.
    pub classes: Vec<Class>,
}

/// Folder and suffix of one kind of file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FileNames {
    /// Folder below the root of the data set.
    pub folder: String,
    /// End of every file's name.
    pub suffix: String,
}

/// A class.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Class {
    /// Name, for tables.
    pub name: String,
    /// Values of label pictures that stand for the class; submissions use the first, or the position of
    /// the class where there is none.
    #[serde(default)]
    pub ids: Vec<u8>,
    /// Colour in pictures, and of the class where colours are classes.
    pub colour: (u8, u8, u8),
    /// Weight in the loss.
    #[serde(default = "one")]
    pub weight: f32,
}

fn one() -> f32 {
    1.0
}

type Problem = (&'static str, String, String);

impl SegmentationFacts {
    /// The 19 evaluated classes of Cityscapes.
    pub fn cityscapes() -> Self {
        Self::parse(CITYSCAPES, Path::new("datasets/cityscapes.ron"))
            .expect("the built-in facts are tested")
    }

    /// Reads the facts of a data set from a RON file.
    ///
    /// # Errors
    /// When the file cannot be read, has unknown or missing keys, or the keys contradict each
    /// other: a label value that means two things, a weight that is not positive.
    pub fn read(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        let text = text::read(path).map_err(|e| Error::io(path, "read", e))?;
        Self::parse(&text, path)
    }

    /// Class of each value or colour of label pictures.
    pub fn labelling(&self) -> Labelling {
        let ignored = self.ignored_colours.iter().map(|&(r, g, b)| ([r, g, b], IGNORED));
        let colours = ignored.chain(self.colours().into_iter().zip(0..)).collect();
        Labelling { coding: self.label_coding, values: self.table(), colours }
    }

    /// Value of label pictures that stands for a class, by its position.
    pub fn id(&self, class: u8) -> u8 {
        let ids = self.classes.get(usize::from(class)).map(|class| class.ids.first().copied());
        ids.map_or(IGNORED, |id| id.unwrap_or(class))
    }

    fn table(&self) -> [Option<u8>; 256] {
        let mut table = [None; 256];
        for &id in &self.ignored {
            table[usize::from(id)] = Some(IGNORED);
        }
        for (class, number) in self.classes.iter().zip(0u8..) {
            for &id in &class.ids {
                table[usize::from(id)] = Some(number);
            }
        }
        table
    }

    /// Weight of each class in the loss.
    pub fn weights(&self) -> Vec<f32> {
        self.classes.iter().map(|class| class.weight).collect()
    }

    /// Colour of each class, red, green and blue.
    pub fn colours(&self) -> Vec<[u8; 3]> {
        self.classes.iter().map(|Class { colour: (r, g, b), .. }| [*r, *g, *b]).collect()
    }

    fn parse(text: &str, path: &Path) -> Result<Self> {
        let facts: Self = ron::from_str(text).map_err(|e| {
            let accepted = "the keys name, images, labels, ignored, classes and, if wanted, \
                            label_coding, ignored_colours";
            Error::facts(path, "(file)", e.to_string(), accepted)
        })?;
        facts.checked(path)
    }

    /// The facts, if their keys do not contradict each other; `path` is their file, for messages.
    ///
    /// # Errors
    /// As for [`read`](Self::read).
    pub fn checked(self, path: impl AsRef<Path>) -> Result<Self> {
        let refuse = |(key, problem, accepted)| Error::facts(path.as_ref(), key, problem, accepted);
        self.check().map_err(refuse).map(|()| self)
    }

    fn check(&self) -> std::result::Result<(), Problem> {
        let count = self.classes.len();
        if !(1..=MAX_CLASSES).contains(&count) {
            return Err(("classes", format!("{count} classes"), format!("1 to {MAX_CLASSES}")));
        }
        for (key, names) in [("images", &self.images), ("labels", &self.labels)] {
            if names.suffix.is_empty() {
                return Err((key, "no suffix".into(), "the end of the files' names".into()));
            }
        }
        if self.images == self.labels {
            let accepted = "another folder or suffix than that of images".into();
            return Err(("labels", "the files of images".into(), accepted));
        }
        for class in &self.classes {
            if class.ids.is_empty() && self.label_coding != LabelCoding::Colours {
                let problem = format!("class {:?} has no ids", class.name);
                return Err(("classes.ids", problem, "at least one label value".into()));
            }
            if !(class.weight.is_finite() && class.weight > 0.0) {
                let problem = format!("{} of class {:?}", class.weight, class.name);
                return Err(("classes.weight", problem, "a positive number".into()));
            }
        }
        self.check_values()?;
        self.check_colours()
    }

    /// Checks that each colour has one meaning, where colours are classes.
    fn check_colours(&self) -> std::result::Result<(), Problem> {
        if self.label_coding != LabelCoding::Colours {
            return Ok(());
        }
        let all = self.classes.iter().map(|class| class.colour).chain(self.ignored_colours.clone());
        let mut seen = HashSet::new();
        for colour in all {
            if !seen.insert(colour) {
                let accepted = "every colour once, ignored ones included".into();
                return Err(("classes.colour", format!("{colour:?} occurs twice"), accepted));
            }
        }
        Ok(())
    }

    /// Checks that each label value has one meaning.
    fn check_values(&self) -> std::result::Result<(), Problem> {
        let ignored = self.ignored.iter().map(|&id| (id, "ignored"));
        let classes = self.classes.iter();
        let named = classes.flat_map(|class| class.ids.iter().map(|&id| (id, &*class.name)));
        let mut meanings: [Option<&str>; 256] = [None; 256];
        for (id, name) in ignored.chain(named) {
            if let Some(before) = meanings[usize::from(id)].replace(name) {
                let problem = format!("value {id} is both {before:?} and {name:?}");
                return Err(("classes.ids", problem, "every value once".into()));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cityscapes_maps_its_values() {
        let facts = SegmentationFacts::cityscapes();
        let table = facts.table();
        let known = |id: usize| table[id].expect("a known value");
        assert_eq!(facts.classes.len(), 19);
        assert_eq!([known(7), known(8), known(26), known(33)], [0, 1, 13, 18]);
        assert_eq!([known(0), known(1), known(30), known(255)], [IGNORED; 4]);
        assert_eq!(table[34], None);
        assert_eq!((facts.weights()[17], facts.colours()[13]), (1.1529, [0, 0, 142]));
    }

    #[test]
    fn contradictions_are_named() {
        let wrong = |change: fn(&mut SegmentationFacts)| {
            let mut facts = SegmentationFacts::cityscapes();
            change(&mut facts);
            let text = ron::to_string(&facts).unwrap();
            SegmentationFacts::parse(&text, Path::new("own.ron")).unwrap_err().to_string()
        };
        for (message, part) in [
            (wrong(|f| f.ignored.push(7)), "value 7 is both \"ignored\" and \"road\""),
            (wrong(|f| f.classes[1].ids.clear()), "class \"sidewalk\" has no ids"),
            (wrong(|f| f.classes[1].weight = 0.0), "0 of class \"sidewalk\""),
            (wrong(|f| f.classes.clear()), "0 classes; accepted: 1 to 255"),
            (wrong(|f| f.labels = f.images.clone()), "`labels`"),
        ] {
            assert!(message.starts_with("own.ron") && message.contains(part), "{message}");
        }
        let unknown = SegmentationFacts::parse("(nmae: \"x\")", Path::new("own.ron"));
        assert!(unknown.unwrap_err().to_string().contains("nmae"));
    }
}
