//! Contact sheet of training samples.

use std::path::Path;

use anyhow::Result;
use scalenas_report::contact_sheet_svg;
use scalenas_train::Tasks;

use crate::files::write_file;
use crate::render::Output;
use crate::task::training_samples;

/// Columns of the contact sheet.
const COLUMNS: usize = 6;

/// Writes at most `count` training samples of each task.
pub fn write(path: &Path, tasks: &Tasks, count: usize, output: Output) -> Result<()> {
    let mut samples = Vec::new();
    for task in tasks.iter() {
        samples.extend(training_samples(&task.training, count)?);
    }
    write_file(path, contact_sheet_svg(&samples, COLUMNS))?;
    output.say(format!("contact sheet: {}", path.display()));
    Ok(())
}
