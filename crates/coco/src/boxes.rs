//! Boxes around people in pictures that are known by name: a COCO annotation file of any kind, or a
//! list of `{file_name, bbox, score}`.

use std::collections::HashMap;
use std::fs;
use std::path::Path;

use scalenas_base::text;
use serde::Deserialize;

use crate::json::{self, Entry, Field, Numbers, accepted};
use crate::{Error, Result};

const LIST: &str = "a list of {file_name, bbox, score}";
const DOCUMENT: &str = "an object with `images` {id, file_name} and `annotations` {image_id, bbox}";
const SIDES: &str = "[x, y, width, height] with a width and height above 0";

/// A box in a picture.
#[derive(Clone, Debug, PartialEq)]
pub struct NamedBox {
    /// Name of the picture.
    pub file_name: String,
    /// `[x, y, width, height]` in pixels.
    pub bbox: [f64; 4],
    /// Confidence; 1 where the file has none.
    pub score: f64,
}

/// Reads the boxes of a file, in its order.
///
/// # Errors
/// When the file cannot be read, is cut off or of another format, or a box is of an unlisted picture,
/// not finite or without a size.
pub fn read(path: impl AsRef<Path>) -> Result<Vec<NamedBox>> {
    let path = path.as_ref();
    let bytes = fs::read(path).map_err(|e| Error::io(path, "read", e))?;
    let file = path.display().to_string();
    let first = text::without_mark(&bytes)
        .ok()
        .and_then(|bytes| bytes.iter().copied().find(|byte| !byte.is_ascii_whitespace()));
    if first == Some(b'{') {
        let document: RawDocument = json::parse(&bytes, &file, DOCUMENT)?;
        return document.read(&file);
    }
    let list: Vec<RawBox> = json::parse(&bytes, &file, LIST)?;
    let entries = list.into_iter().enumerate();
    entries.map(|(index, raw)| raw.read(&file, ("boxes", "box"), index, None)).collect()
}

#[derive(Deserialize)]
struct RawDocument {
    images: Vec<RawImage>,
    annotations: Vec<RawBox>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct RawImage {
    id: Field<i64>,
    file_name: Field<String>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct RawBox {
    id: Field<i64>,
    image_id: Field<i64>,
    file_name: Field<String>,
    bbox: Field<Numbers>,
    score: Field<f64>,
    iscrowd: Field<bool>,
}

impl RawDocument {
    fn read(self, file: &str) -> Result<Vec<NamedBox>> {
        let mut names = HashMap::new();
        for (index, image) in self.images.into_iter().enumerate() {
            let entry = Entry::new(file, ("images", "image"), index, &image.id);
            let name = entry.required("file_name", image.file_name, accepted::TEXT)?;
            names.insert(entry.required("id", image.id, accepted::ID)?, name);
        }
        let list = ("annotations", "annotation");
        let entries = self.annotations.into_iter().enumerate();
        // A region of many people is no box around one.
        let single = entries.filter(|(_, raw)| raw.iscrowd != Field::Given(true));
        single.map(|(index, raw)| raw.read(file, list, index, Some(&names))).collect()
    }
}

impl RawBox {
    fn read(
        self,
        file: &str,
        list: (&'static str, &'static str),
        index: usize,
        names: Option<&HashMap<i64, String>>,
    ) -> Result<NamedBox> {
        let entry = Entry::new(file, list, index, &self.id);
        let file_name = match names {
            None => entry.required("file_name", self.file_name, accepted::TEXT)?,
            Some(names) => {
                let id = entry.required("image_id", self.image_id, accepted::ID)?;
                let name = names.get(&id).cloned();
                name.ok_or_else(|| entry.error("image_id", id.to_string(), "an id of `images`"))?
            }
        };
        let numbers = entry.required("bbox", self.bbox, accepted::BOX)?;
        let bbox: [f64; 4] = numbers
            .0
            .as_slice()
            .try_into()
            .map_err(|_| entry.error("bbox", numbers.to_string(), accepted::BOX))?;
        if !bbox.iter().all(|side| side.is_finite()) || bbox[2] <= 0.0 || bbox[3] <= 0.0 {
            return Err(entry.error("bbox", numbers.to_string(), SIDES));
        }
        let score = entry.get("score", self.score, accepted::NUMBER)?.unwrap_or(1.0);
        Ok(NamedBox { file_name, bbox, score })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Vec<NamedBox>> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("boxes.json");
        fs::write(&path, text).unwrap();
        read(&path)
    }

    #[test]
    fn both_forms_are_read() {
        let list = parse(r#" [{"file_name": "a.jpg", "bbox": [1, "2", 3.0, 4], "score": 0.5}]"#);
        let document = parse(
            r#"{"images": [{"id": 7, "file_name": "a.jpg"}],
                "annotations": [{"id": 1, "image_id": 7, "bbox": [1, 2, 3, 4], "score": 0.5}]}"#,
        );
        let expected =
            NamedBox { file_name: "a.jpg".into(), bbox: [1.0, 2.0, 3.0, 4.0], score: 0.5 };
        assert_eq!(list.unwrap(), document.as_deref().unwrap());
        assert_eq!(document.unwrap(), [expected]);
    }

    #[test]
    fn entry_key_and_value_are_named() {
        for (text, said) in [
            (r#"[{"bbox": [1, 2, 3, 4]}]"#, ["boxes[0]", "file_name"]),
            (r#"[{"file_name": "a", "bbox": [1, 2, 3]}]"#, ["boxes[0]", "[1.0, 2.0, 3.0]"]),
            (r#"[{"file_name": "a", "bbox": [1, 2, 0, 4]}]"#, ["[1.0, 2.0, 0.0, 4.0]", "above 0"]),
            (r#"{"images": [], "annotations": [{"id": 3, "image_id": 9}]}"#, ["annotation 3", "9"]),
            (r#"{"annotations": []}"#, ["images", "accepted"]),
            ("7", ["boxes.json", "a list of"]),
        ] {
            let message = parse(text).unwrap_err().to_string();
            assert!(said.iter().all(|said| message.contains(said)), "{text}: {message}");
        }
    }
}
