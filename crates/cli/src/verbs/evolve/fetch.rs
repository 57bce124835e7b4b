//! The run of a search that another machine shares through the archive.

use std::fs;
use std::path::Path;

use anyhow::Result;
use scalenas_archive::{Archive, Place, digest_of_file};
use scalenas_train::RunFolder;

use crate::error::user;
use crate::render::{Output, mib};

/// Puts the files of a run into an archive.
pub fn share(archive: &Archive, run: &RunFolder, output: Output) -> Result<()> {
    let weights = digest_of_file(&run.weights())?;
    let shared = archive.share(&weights, run.path(), &run.portable()?)?;
    let mib = mib(shared.bytes());
    output.say(format!("run ({mib:.1} MiB) is in {}: --worker --fetch finds it", archive.shown()));
    Ok(())
}

/// Makes a folder the run that was shared last, unless it is that already.
pub fn fetch(place: &Place, folder: &Path, output: Output) -> Result<()> {
    let archive = Archive::open(place)?;
    let runs = archive.shared_runs()?;
    let Some(run) = runs.last() else {
        return Err(user(format!(
            "{} holds no run; the process that owns the search puts it there: evolve --run RUN --archive PLACE --share",
            archive.shown()
        )));
    };
    let is_empty = fs::read_dir(folder).map(|mut entries| entries.next().is_none());
    if !is_empty.unwrap_or(!folder.exists()) {
        // A worker that starts again keeps its run, whichever was shared since.
        let mut nearest = Vec::new();
        for known in &runs {
            let differing = known.differences(folder)?;
            if differing.is_empty() {
                return Ok(());
            }
            if nearest.is_empty() || differing.len() < nearest.len() {
                nearest = differing;
            }
        }
        let differs = nearest.first().map_or("", |file| &file.name);
        return Err(user(format!(
            "--run {}: {differs} is not that of a run in {}; accepted: a folder that is not there yet, or that was \
             fetched from it",
            folder.display(),
            archive.shown()
        )));
    }
    archive.fetch(run, folder)?;
    let mib = mib(run.bytes());
    output.say(format!("fetched {mib:.1} MiB from {}: {}", archive.shown(), folder.display()));
    Ok(())
}
