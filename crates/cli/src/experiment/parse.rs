//! Values from RON text, with errors that name place, key and value.

use anyhow::Result;
use ron::extensions::Extensions;
use serde::de::DeserializeOwned;

use crate::error::user;

/// Reads the text of the file `name`.
pub fn parse<T: DeserializeOwned>(text: &str, name: &str) -> Result<T> {
    let options = ron::Options::default().with_default_extension(Extensions::IMPLICIT_SOME);
    options.from_str(text).map_err(|error| {
        let place = error.span.start;
        let reason = match &error.code {
            ron::Error::NoSuchStructField { expected, found, outer } => {
                unknown_key(found, expected, outer.as_deref())
            }
            other => {
                let line = text.lines().nth(place.line.saturating_sub(1)).unwrap_or_default();
                format!("{other} in `{}`", line.trim())
            }
        };
        user(format!("{name} line {} column {}: {reason}", place.line, place.col))
    })
}

/// Message about a key that does not exist, with the nearest one that does.
pub fn unknown_key(found: &str, expected: &[&str], outer: Option<&str>) -> String {
    let place = outer.map_or(String::new(), |outer| format!(" in {outer}"));
    let nearest = expected.iter().max_by(|a, b| {
        let similar = |key: &str| strsim::jaro_winkler(found, key);
        similar(a).total_cmp(&similar(b))
    });
    let nearest = nearest.map_or(String::new(), |key| format!("; did you mean {key}?"));
    format!("unknown key {found}{place}{nearest} accepted: {}", expected.join(", "))
}
