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
        let differing = runs.iter().map(|known| known.differences(folder));
        let differing = differing.collect::<scalenas_archive::Result<Vec<_>>>()?;
        let nearest = differing.iter().min_by_key(|files| files.len());
        let Some(file) = nearest.and_then(|files| files.first()) else { return Ok(()) };
        return Err(user(format!(
            "--run {}: {} is not that of a run in {}; accepted: a folder that is not there yet, or that was \
             fetched from it",
            folder.display(),
            file.name,
            archive.shown()
        )));
    }
    archive.fetch(run, folder)?;
    let mib = mib(run.bytes());
    output.say(format!("fetched {mib:.1} MiB from {}: {}", archive.shown(), folder.display()));
    Ok(())
}
