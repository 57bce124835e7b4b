//! Metrics of a run as JSON lines: one object per line, continued on resume.

use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};

use scalenas_base::atomic;

use super::events::EventFile;
use super::record::Record;
use crate::error::{Error, Result};

/// Metrics file, open for appending.
#[derive(Debug)]
pub struct MetricsFile {
    path: PathBuf,
    file: File,
    /// Event file of TensorBoard, where the run has one.
    events: Option<EventFile>,
}

impl MetricsFile {
    /// Opens the file and drops the lines after `iteration`, which a resumed run writes anew.
    pub fn open(path: &Path, iteration: u64) -> Result<Self> {
        let mut kept = String::new();
        if path.exists() {
            for record in read_metrics(path)?.iter().filter(|r| r.iteration <= iteration) {
                kept.push_str(&line(path, record)?);
            }
        }
        atomic::write(path, kept).map_err(|e| Error::file("write", path, e))?;
        let file = OpenOptions::new().append(true).open(path);
        let file = file.map_err(|e| Error::file("write", path, e))?;
        Ok(Self { path: path.to_owned(), file, events: None })
    }

    /// Writes an event file of TensorBoard beside, in a folder of its own.
    pub(crate) fn with_events(mut self, folder: &Path) -> Result<Self> {
        self.events = Some(EventFile::open(folder, &self.read()?)?);
        Ok(self)
    }

    /// All lines so far.
    pub fn read(&self) -> Result<Vec<Record>> {
        read_metrics(&self.path)
    }

    /// Appends a line.
    pub fn write(&mut self, record: &Record) -> Result<()> {
        let line = line(&self.path, record)?;
        self.file.write_all(line.as_bytes()).map_err(|e| Error::file("write", &self.path, e))?;
        self.events.as_mut().map_or(Ok(()), |events| events.write(record))
    }
}

fn line(path: &Path, record: &Record) -> Result<String> {
    let mut text = serde_json::to_string(record).map_err(|e| Error::file("write", path, e))?;
    text.push('\n');
    Ok(text)
}

/// Reads all lines of a metrics file; a last line that was cut off by a kill is left out.
pub fn read_metrics(path: &Path) -> Result<Vec<Record>> {
    let text = fs::read_to_string(path).map_err(|e| Error::file("read", path, e))?;
    let whole = text.rfind('\n').map_or("", |end| &text[..end]);
    let lines = whole.lines().enumerate();
    lines
        .map(|(number, line)| {
            serde_json::from_str(line)
                .map_err(|e| Error::file("read", path, format!("line {}: {e}", number + 1)))
        })
        .collect()
}
