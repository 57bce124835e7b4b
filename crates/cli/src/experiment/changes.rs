//! Changes of a document from the command line, such as `train.epochs=20`.

use anyhow::Result;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::parse::unknown_key;
use super::value::value;
use crate::error::user;

/// Document after `KEY=VALUE` changes; keys are paths with dots.
pub fn change<T: Serialize + DeserializeOwned>(before: &T, changes: &[String]) -> Result<T> {
    let mut document = serde_json::to_value(before)?;
    for change in changes {
        let (key, text) = change
            .split_once('=')
            .ok_or_else(|| user(format!("--set {change:?}, accepted: KEY=VALUE")))?;
        *slot(&mut document, key)? = value(text);
    }
    serde_json::from_value(document)
        .map_err(|error| user(format!("--set {}: {error}", changes.join(" --set "))))
}

fn slot<'a>(document: &'a mut Value, key: &str) -> Result<&'a mut Value> {
    let mut slot = document;
    for part in key.split('.') {
        let keys: Vec<String> =
            slot.as_object().map(|object| object.keys().cloned().collect()).unwrap_or_default();
        slot = slot.get_mut(part).ok_or_else(|| {
            let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
            user(format!("--set {key}: {}", unknown_key(part, &keys, None)))
        })?;
    }
    Ok(slot)
}
