//! Standard output and standard error.

use std::io::{IsTerminal, Write};

use serde::Serialize;

/// Prints results to standard output and everything else to standard error.
#[derive(Debug, Clone, Copy)]
pub struct Output {
    json: bool,
}

/// Prints a warning to standard error.
pub fn warn(text: impl AsRef<str>) {
    let _ = writeln!(std::io::stderr(), "warning: {}", text.as_ref());
}

impl Output {
    /// Output of a call; with `json`, standard output gets one object and nothing else.
    pub fn new(json: bool) -> Self {
        Self { json }
    }

    /// Whether both streams are a terminal that can be redrawn.
    pub fn interactive(self) -> bool {
        !self.json && std::io::stdout().is_terminal() && std::io::stderr().is_terminal()
    }

    /// Prints a line to standard error.
    #[expect(clippy::unused_self, reason = "only holders of an `Output` print")]
    pub fn say(self, line: impl AsRef<str>) {
        // A closed standard error must not end the run.
        let _ = writeln!(std::io::stderr(), "{}", line.as_ref());
    }

    /// Prints the result: `value` as JSON, or `text`.
    pub fn result(self, value: &impl Serialize, text: impl AsRef<str>) -> anyhow::Result<()> {
        let text = if self.json { serde_json::to_string(value)? } else { text.as_ref().to_owned() };
        writeln!(std::io::stdout(), "{text}")?;
        Ok(())
    }

    /// Prints the whole chain of an error, once.
    pub fn error(self, error: &anyhow::Error) {
        let mut parts: Vec<String> = Vec::new();
        for cause in error.chain().map(ToString::to_string) {
            // Transparent errors repeat the message of their cause.
            if !parts.iter().any(|part| part.contains(&cause)) {
                parts.push(cause);
            }
        }
        self.say(format!("error: {}", parts.join(": ")));
    }
}
