//! Measurements of another program, for ratios: JSON lines with the keys of this program.

use std::path::{Path, PathBuf};

use anyhow::Result;
use scalenas_base::text;
use serde_json::Value;

use crate::error::user;

/// Keys that must agree in two measurements where both lines have them. Devices and architectures have
/// other names in other programs.
const SAME: [&str; 5] = ["mode", "batch", "width", "input", "dtype"];

/// Measurements of another program.
pub struct Against {
    path: PathBuf,
    lines: Vec<Value>,
}

impl Against {
    pub fn read(path: &Path) -> Result<Self> {
        let text = text::read(path)
            .map_err(|e| user(format!("failed to read {}: {e}", path.display())))?;
        let lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
        let parse = |(number, line): (usize, &str)| {
            let place = format!("{} line {}", path.display(), number + 1);
            let line: Value =
                serde_json::from_str(line).map_err(|e| user(format!("{place}: {e}")))?;
            match line["seconds"].as_f64() {
                Some(seconds) if seconds > 0.0 => Ok(line),
                _ => Err(user(format!("{place}: seconds is {}, not a time", line["seconds"]))),
            }
        };
        let lines = lines.map(parse).collect::<Result<_>>()?;
        Ok(Self { path: path.to_owned(), lines })
    }

    /// Smallest seconds of a case: those of the other program's best layout.
    pub fn seconds(&self, case: &Value) -> Option<f64> {
        let same = self.lines.iter().filter(|line| is_same(line, case));
        same.filter_map(|line| line["seconds"].as_f64()).reduce(f64::min)
    }

    /// Message about a case that no line measures.
    pub fn missing(&self, case: &Value) -> String {
        let wanted: Vec<String> = SAME.iter().map(|key| format!("{key} {}", case[*key])).collect();
        let (path, count) = (self.path.display(), self.lines.len());
        format!("--against {path}: none of its {count} lines is of {}", wanted.join(", "))
    }
}

fn is_same(line: &Value, case: &Value) -> bool {
    SAME.iter().all(|key| line[*key].is_null() || line[*key] == case[*key])
}
