//! Description of an exported network: the part that predicting needs.

use scalenas_base::Size;
use scalenas_data::Framing;
use serde::Deserialize;

use crate::error::{Error, Result};

/// Value of the key `format`.
const FORMAT: &str = "scalenas-export";
/// Accepted version.
const VERSION: u32 = 1;

/// Description as a file holds it; other keys are for other readers.
#[derive(Deserialize)]
struct Document {
    format: String,
    version: u32,
    input: Input,
    heads: Vec<Head>,
}

#[derive(Deserialize)]
struct Input {
    /// `["batch", 3, height, width]`.
    shape: (String, usize, usize, usize),
}

/// Head of a network.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Head {
    /// Name of its task.
    pub task: String,
    /// Names of the joints, for poses.
    #[serde(default)]
    pub joints: Vec<String>,
    /// Classes, of pixels or of pictures.
    #[serde(default)]
    pub classes: Vec<Class>,
    /// Part of a picture that becomes the input.
    #[serde(default)]
    pub picture: Framing,
}

/// A class.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Class {
    /// Name of the class.
    pub name: String,
}

/// Description of a network with one head.
#[derive(Debug, Clone, PartialEq)]
pub struct Description {
    /// Height and width of the input.
    pub input: Size,
    /// The head.
    pub head: Head,
}

impl Description {
    /// Reads a description; `name` is that of the network, for messages.
    ///
    /// # Errors
    /// Names the first key that does not fit.
    pub fn parse(text: &str, name: &str) -> Result<Self> {
        let refuse = |reason: String| Error::Description { name: name.to_owned(), reason };
        let document: Document = serde_json::from_str(text).map_err(|e| refuse(e.to_string()))?;
        if document.format != FORMAT {
            return Err(refuse(format!("format is {:?}, accepted: {FORMAT:?}", document.format)));
        }
        if document.version != VERSION {
            return Err(refuse(format!("version is {}, accepted: {VERSION}", document.version)));
        }
        let (_, _, height, width) = document.input.shape;
        let count = document.heads.len();
        let [head] = <[Head; 1]>::try_from(document.heads).map_err(|_| {
            refuse(format!("heads has {count} entries; accepted: one (export --task)"))
        })?;
        Ok(Self { input: Size::new(height, width), head })
    }

    /// Number of joints or classes.
    pub fn outputs(&self) -> usize {
        self.head.joints.len().max(self.head.classes.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_that_do_not_fit_are_named() {
        let text = r#"{"format": "scalenas-export", "version": 1, "input": {"shape": ["batch", 3, 64, 96]},
            "heads": [{"task": "top_down", "joints": ["nose", "tail"]}]}"#;
        let description = Description::parse(text, "net").unwrap();
        assert_eq!((description.input, description.outputs()), (Size::new(64, 96), 2));
        for (from, to, said) in [
            ("scalenas-export", "other", "format"),
            ("\"version\": 1", "\"version\": 2", "version is 2"),
            ("\"heads\"", "\"head\"", "heads"),
            ("[{\"task\"", "[{\"task\": \"segmentation\"}, {\"task\"", "2 entries"),
            ("64, 96]", "64]", "length"),
            ("\"joints\"", "\"picture\": {\"padding\": 9}, \"joints\"", "box_padding: 9"),
        ] {
            let error = Description::parse(&text.replace(from, to), "net").unwrap_err().to_string();
            assert!(error.contains(said) && error.contains("net"), "{said}: {error}");
        }
    }
}
