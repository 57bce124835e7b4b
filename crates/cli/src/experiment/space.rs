//! Search space of an experiment: a preset by name, or one of the user's own.

use std::fmt;
use std::path::Path;

use anyhow::Result;
use scalenas_base::text;
use scalenas_space::{DerivedSpace, SpaceSpec};
use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserializer, MapAccess, Visitor};
use serde::{Deserialize, Serialize};

use super::parse::parse;
use crate::error::user;

/// Ending of files that hold a space.
const ENDING: &str = ".ron";

/// Search space of an experiment.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
pub enum SpaceChoice {
    /// Name of a preset, or a file before it was read.
    Named(String),
    /// A preset with changes.
    Own(DerivedSpace),
}

impl SpaceChoice {
    /// The space, whose heads have the outputs of the preset.
    pub fn space(&self) -> Result<SpaceSpec> {
        Ok(match self {
            Self::Named(name) => SpaceSpec::preset(name)?,
            Self::Own(own) => own.space()?,
        })
    }

    /// The choice with the content of its file in the file's place.
    pub fn read(self) -> Result<Self> {
        match self {
            Self::Named(name) if name.ends_with(ENDING) => Ok(Self::Own(from_file(&name)?)),
            other => Ok(other),
        }
    }
}

/// Space of a preset's name or of a file.
pub fn space(name: &str) -> Result<SpaceSpec> {
    let choice = SpaceChoice::Named(name.to_owned()).read()?;
    choice.space().map_err(|error| error.context(name.to_owned()))
}

fn from_file(name: &str) -> Result<DerivedSpace> {
    let read = text::read(Path::new(name));
    let text = read.map_err(|e| {
        let presets = SpaceSpec::presets().join(", ");
        user(format!("failed to read space {name}: {e}; accepted: {presets}, or a RON file"))
    })?;
    parse(&text, name)
}

impl fmt::Display for SpaceChoice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Named(name) => f.write_str(name),
            Self::Own(own) => f.write_str(own.name.as_deref().unwrap_or(&own.base)),
        }
    }
}

impl<'de> Deserialize<'de> for SpaceChoice {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Choice)
    }
}

struct Choice;

impl<'de> Visitor<'de> for Choice {
    type Value = SpaceChoice;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the name of a search space, or (base: \"NAME\", widths: [...])")
    }

    fn visit_str<E>(self, name: &str) -> Result<SpaceChoice, E> {
        Ok(SpaceChoice::Named(name.to_owned()))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<SpaceChoice, A::Error> {
        DerivedSpace::deserialize(MapAccessDeserializer::new(map)).map(SpaceChoice::Own)
    }
}
