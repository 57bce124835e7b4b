//! Keys of an experiment file with their defaults and meanings.

mod descriptions;

use anyhow::{Context, Result};
use serde_json::Value;

use self::descriptions::description;
use crate::experiment::Experiment;

/// Experiment that names what has no default, and parts that are absent by default.
const SHORTEST: &str = "(version: 1, space: \"tiny\", input: (128, 96), \
     synth: (train: 320, val: 60, size: (240, 320), people: 4))";

/// Table of keys, defaults and meanings.
pub fn table() -> Result<String> {
    let experiment = Experiment::from_text(SHORTEST, "the defaults")?;
    let mut rows = Vec::new();
    collect("", &serde_json::to_value(&experiment)?, &mut rows);
    let required = ["version", "space", "input"];
    let row = |(key, value): &(String, Value)| {
        let is_required = required.contains(&&**key) || key.starts_with("synth.");
        let shown =
            if is_required { "required".to_owned() } else { format!("`{}`", in_files(value)) };
        let meaning = description(key).with_context(|| format!("key {key} has no description"))?;
        Ok(format!("| `{key}` | {shown} | {meaning} |\n"))
    };
    let rows: String = rows.iter().map(row).collect::<Result<_>>()?;
    Ok(format!("| key | default | meaning |\n|---|---|---|\n{rows}"))
}

/// Keys with dots and their values, in the order of the document.
fn collect(path: &str, value: &Value, rows: &mut Vec<(String, Value)>) {
    match value.as_object() {
        Some(object) if !object.is_empty() => {
            for (key, value) in object {
                let path = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
                collect(&path, value, rows);
            }
        }
        _ => rows.push((path.to_owned(), value.clone())),
    }
}

/// A default as experiment files write it: absent values and names of variants are bare words.
fn in_files(value: &Value) -> String {
    match value {
        Value::Null => "None".to_owned(),
        Value::String(name) => name.clone(),
        other => other.to_string(),
    }
}
