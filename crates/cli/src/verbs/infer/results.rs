//! Files and words about what was predicted.

use std::path::PathBuf;

use anyhow::Result;
use serde_json::json;

use super::arguments::Arguments;
use crate::files::write_file;
use crate::render::Output;
use crate::task::{Picture, Predicted};

/// Writes the requested results.
pub fn write(arguments: &Arguments, pictures: &[Picture], predicted: &dyn Predicted) -> Result<()> {
    if let Some(path) = &arguments.out {
        write_file(path, serde_json::to_vec(&predicted.to_json(pictures))?)?;
    }
    if let Some(path) = &arguments.csv {
        let mut table = csv::Writer::from_writer(Vec::new());
        for row in predicted.to_rows(pictures) {
            table.write_record(row)?;
        }
        write_file(path, table.into_inner().map_err(csv::IntoInnerError::into_error)?)?;
    }
    Ok(())
}

/// Says what was found, how fast, and where it lies.
pub fn report(
    arguments: &Arguments,
    pictures: &[Picture],
    predicted: &dyn Predicted,
    (seconds, videos): (f64, &[PathBuf]),
    output: Output,
) -> Result<()> {
    let count = pictures.len() as f64;
    let written = [&arguments.out, &arguments.csv, &arguments.pictures, &arguments.labels];
    let written: Vec<&PathBuf> = written.into_iter().flatten().chain(videos).collect();
    let value = json!({
        "pictures": pictures.len(),
        "summary": predicted.summary(),
        "seconds": seconds,
        "pictures_per_second": count / seconds,
        "milliseconds_per_picture": 1e3 * seconds / count,
        "written": written,
    });
    let mut lines = vec![format!(
        "{}; {} pictures in {seconds:.2} s: {:.1} pictures per second, {:.1} ms per picture",
        predicted.summary(),
        pictures.len(),
        count / seconds,
        1e3 * seconds / count,
    )];
    lines.extend(written.iter().map(|path| format!("written  {}", path.display())));
    output.result(&value, lines.join("\n"))
}
