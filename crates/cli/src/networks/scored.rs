//! Networks that were scored with the weights of a run: its archive.

use std::path::Path;

use anyhow::Result;
use scalenas_archive::{Archive, Evaluation, Place, digest_of_file};
use scalenas_evolve::{Outcome, StopReason};
use scalenas_train::RunFolder;

/// File of the archive in the folder of a search.
pub const FILE: &str = "archive.sqlite";

/// Place of the archive of a run.
pub fn of_folder(folder: &Path) -> Place {
    Place::File(folder.join(FILE))
}

/// Networks that were scored with the weights of a run: those of its archive, of the evaluation with most of them. `None`
/// where there are none.
pub fn scored(run: &RunFolder, archive: Option<Place>) -> Result<Option<Outcome>> {
    let place = archive.unwrap_or_else(|| of_folder(&run.search()));
    if matches!(&place, Place::File(path) if !path.exists()) {
        return Ok(None);
    }
    let archive = Archive::open(&place)?;
    let weights = digest_of_file(&run.weights())?;
    let fitting = archive.summaries()?.into_iter();
    let fitting = fitting.filter(|known| {
        known.document["weights"] == *weights && Evaluation::parts(&known.document) == 1
    });
    let Some(most) = fitting.max_by_key(|known| known.scored).filter(|most| most.scored > 0) else {
        return Ok(None);
    };
    let records = archive.records(Some(&most.evaluation))?;
    let candidates = records.into_iter().map(|record| record.candidate).collect();
    Ok(Some(Outcome { reason: StopReason::Interrupted, candidates }))
}
