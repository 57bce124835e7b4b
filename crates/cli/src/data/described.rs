//! Descriptions that `export` writes beside the weights of a network: the pictures that it has learnt to look at, and
//! the names of its outputs.

use std::path::Path;

use anyhow::Result;
use scalenas_base::{Size, text};
use scalenas_data::Framing;
use scalenas_export::{FORMAT, VERSION};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::error::user;

/// Pictures that a network has learnt to look at, and its facts.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Described {
    /// Height and width of the input; `None` where nothing says them.
    pub input: Option<Size>,
    /// Part of a picture that becomes the input; the published one where nothing says it.
    pub framing: Framing,
    /// File of the facts: the description itself, if it has them.
    pub facts: Option<String>,
}

#[derive(Deserialize)]
struct Document {
    input: Input,
    heads: Vec<Head>,
}

#[derive(Deserialize)]
struct Input {
    /// `["batch", 3, height, width]`.
    shape: (String, usize, usize, usize),
}

#[derive(Deserialize)]
struct Head {
    picture: Framing,
    #[serde(default)]
    facts: Value,
}

impl Described {
    /// Reads the description beside `weights`; files of other programs, and weights without one, say nothing.
    ///
    /// # Errors
    /// When it is a description, but its keys do not fit.
    pub fn beside(weights: &Path) -> Result<Self> {
        let path = weights.with_extension("json");
        let document = if path.is_file() { document(&path)? } else { None };
        let Some(Document { input, heads }) = document else { return Ok(Self::default()) };
        let (_, _, height, width) = input.shape;
        let said = heads.iter().map(|head| head.picture).find(|&said| said != Framing::default());
        let has_facts = heads.iter().any(|head| !head.facts.is_null());
        Ok(Self {
            input: Some(Size::new(height, width)),
            framing: said.unwrap_or_default(),
            facts: has_facts.then(|| name(&path)).transpose()?,
        })
    }
}

/// A path as the name of facts.
fn name(path: &Path) -> Result<String> {
    path.to_str().map(str::to_owned).ok_or_else(|| {
        user(format!("{}: its name is no Unicode; accepted: another name", path.display()))
    })
}

/// Facts of this kind in a description; `None` for other files.
///
/// # Errors
/// When it is a description that has none.
pub fn described_facts<T: DeserializeOwned>(path: &Path, kind: &str) -> Result<Option<T>> {
    let Some(Document { heads, .. }) = document(path)? else { return Ok(None) };
    let mut facts = heads.into_iter().filter_map(|head| serde_json::from_value(head.facts).ok());
    facts.next().map(Some).ok_or_else(|| {
        user(format!(
            "{}: describes a network without {kind}; accepted: facts of {kind}, or the description of a network \
             that predicts them",
            path.display()
        ))
    })
}

/// The description in a file, if it is one.
fn document(path: &Path) -> Result<Option<Document>> {
    let Ok(text) = text::read(path) else { return Ok(None) };
    let Ok(value) = serde_json::from_str::<Value>(&text) else { return Ok(None) };
    if value["format"] != FORMAT {
        return Ok(None);
    }
    let refuse = |problem: String| {
        user(format!(
            "{}: {problem}; accepted: the description that `export` wrote, or no such file",
            path.display()
        ))
    };
    if value["version"] != VERSION {
        return Err(refuse(format!("version is {}", value["version"])));
    }
    serde_json::from_value(value).map(Some).map_err(|error| refuse(error.to_string()))
}
