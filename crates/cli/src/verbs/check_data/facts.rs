//! A file of guessed facts.

use std::path::Path;

use anyhow::Result;
use scalenas_train::TaskSource;

use crate::error::user;
use crate::files::write_file;
use crate::render::Output;
use crate::task::Room;

/// Writes facts that the task guesses from the training part.
pub fn write(path: &Path, room: &dyn Room, source: &TaskSource, output: Output) -> Result<()> {
    if path.exists() {
        return Err(user(format!(
            "--write-facts {}: is there already; accepted: a new file, or --facts {} to check with it",
            path.display(),
            path.display()
        )));
    }
    let name = path.file_stem().unwrap_or_default().to_string_lossy();
    write_file(path, room.guess_facts(source, &name)?)?;
    output.say(format!("guessed facts: {}", path.display()));
    Ok(())
}
