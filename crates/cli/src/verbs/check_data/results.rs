//! Printed findings.

use anyhow::Result;
use scalenas_data::check::{Finding, Level};
use serde_json::{Map, Value, json};

use super::arguments::Arguments;
use crate::error::user;
use crate::render::{Output, table};
use crate::task::CheckedPart;

/// Prints the parts with their findings.
///
/// # Errors
/// When a finding would stop a run or spoil its figures.
pub fn report(arguments: &Arguments, parts: &[CheckedPart], output: Output) -> Result<()> {
    let value: Vec<Value> = parts.iter().map(json).collect();
    let text: Vec<String> = parts.iter().map(text).collect();
    let mut text = text.join("\n");
    if let Some(sheet) = &arguments.sheet {
        text = format!("{text}\ncontact sheet: {}", sheet.display());
    }
    output.result(&json!({ "parts": value, "sheet": arguments.sheet }), text)?;
    let errors = parts.iter().flat_map(|part| &part.findings);
    let errors = errors.filter(|finding| finding.level == Level::Error).count();
    if errors == 0 {
        return Ok(());
    }
    let (verb, kinds) = if errors == 1 { ("stops", "kind") } else { ("stop", "kinds") };
    Err(user(format!("{errors} {kinds} of trouble {verb} a run; see above")))
}

fn json(part: &CheckedPart) -> Value {
    let rows: Map<String, Value> =
        part.rows.iter().map(|(name, value)| (name.clone(), json!(value))).collect();
    json!({ "part": part.part.name(), "facts": rows, "findings": part.findings })
}

fn text(part: &CheckedPart) -> String {
    let rows: Vec<Vec<String>> =
        part.rows.iter().map(|(name, value)| vec![name.clone(), value.clone()]).collect();
    let mut lines = vec![table(&[part.part.name(), ""], &rows)];
    lines.extend(part.findings.iter().map(finding));
    if part.findings.is_empty() {
        lines.push(format!("{}: nothing found that would hurt", part.part.name()));
    }
    lines.join("\n")
}

fn finding(finding: &Finding) -> String {
    let Finding { level, problem, count, of, examples, advice } = finding;
    let level = match level {
        Level::Error => "error",
        Level::Warning => "warning",
        Level::Note => "note",
    };
    let mut text = format!("{level}: {problem}: {count} of {of}");
    for example in examples {
        text = format!("{text}\n    {example}");
    }
    if *count > examples.len() {
        text = format!("{text}\n    …");
    }
    format!("{text}\n  {advice}")
}
