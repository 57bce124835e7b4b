//! What is printed where.

use std::fs;
use std::io::{IsTerminal, Write};
use std::path::Path;

use comfy_table::{CellAlignment, Table, presets};
use serde::Serialize;

/// Results to standard output, the rest to standard error.
#[derive(Debug, Clone, Copy)]
pub struct Output {
    json: bool,
}

impl Output {
    /// With `json`, standard output gets one object and nothing else.
    pub fn new(json: bool) -> Self {
        Self { json }
    }

    /// Whether a person looks at a terminal that can be redrawn.
    pub fn interactive(self) -> bool {
        !self.json && std::io::stdout().is_terminal() && std::io::stderr().is_terminal()
    }

    /// A line about what is going on.
    #[expect(clippy::unused_self, reason = "whoever may print holds an `Output`")]
    pub fn say(self, line: impl AsRef<str>) {
        // A closed standard error must not end the work.
        let _ = writeln!(std::io::stderr(), "{}", line.as_ref());
    }

    /// The result: `value` as JSON, or `text` for people.
    pub fn result(self, value: &impl Serialize, text: impl AsRef<str>) -> anyhow::Result<()> {
        let text = if self.json { serde_json::to_string(value)? } else { text.as_ref().to_owned() };
        writeln!(std::io::stdout(), "{text}")?;
        Ok(())
    }

    /// The whole chain of an error, once.
    pub fn fault(self, error: &anyhow::Error) {
        let mut parts: Vec<String> = Vec::new();
        for cause in error.chain().map(ToString::to_string) {
            // Transparent errors repeat their cause's words.
            if !parts.iter().any(|part| part.contains(&cause)) {
                parts.push(cause);
            }
        }
        self.say(format!("error: {}", parts.join(": ")));
    }
}

/// A table with right-aligned figures.
pub fn table(header: &[&str], rows: &[Vec<String>]) -> String {
    let mut table = Table::new();
    table.load_preset(presets::UTF8_HORIZONTAL_ONLY).set_header(header);
    for row in rows {
        table.add_row(row);
    }
    for column in table.column_iter_mut().skip(1) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    table.to_string()
}

/// Fails unless a file may come to be at `path`: to be asked before the work for it begins. Files
/// are renamed into place, which would take the place of a device or pipe.
pub fn check_target(option: &str, path: Option<&Path>) -> anyhow::Result<()> {
    let Some(path) = path else { return Ok(()) };
    match fs::metadata(path) {
        Ok(there) if !there.is_file() => Err(crate::fault::user(format!(
            "{option} {}: is not a file; accepted: a file to write",
            path.display()
        ))),
        _ => Ok(()),
    }
}

/// Makes the folder that a file goes to.
pub fn make_parent(path: &Path) -> std::io::Result<()> {
    let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty());
    parent.map_or(Ok(()), fs::create_dir_all)
}

/// Writes a file whole or not at all.
pub fn write_file(path: &Path, bytes: impl AsRef<[u8]>) -> anyhow::Result<()> {
    let context = |e| crate::fault::user(format!("failed to write {}: {e}", path.display()));
    make_parent(path).map_err(context)?;
    let temporary = path.with_extension("partial");
    fs::write(&temporary, bytes).and_then(|()| fs::rename(&temporary, path)).map_err(|e| {
        // Nothing more can be done about a leftover that cannot be removed either.
        let _ = fs::remove_file(&temporary);
        context(e)
    })
}
