//! Archive of a search's scores, and the evaluation that they belong to.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use anyhow::Result;
use scalenas_archive::{Archive, Evaluation, Record, digest_of_file, read_state};
use scalenas_train::Precision;
use serde_json::json;

use super::plan::SearchPlan;
use crate::data::fingerprint;
use crate::error::user;
use crate::render::Output;

/// File of the scores in the folder of a search, in earlier versions.
const STATE: &str = "state.json";
/// Name of that file once its scores are in the archive.
const TAKEN: &str = "state.imported.json";

/// Everything that the scores of a search depend on, besides the architectures.
pub fn evaluation(plan: &SearchPlan) -> Result<Evaluation> {
    let info = plan.run.info();
    let train = &info.train;
    let data = info.tasks.iter().enumerate().map(|(index, task)| {
        let folder = if index == 0 { &plan.data } else { &task.source.data };
        Ok(json!({
            "head": task.head.outputs(),
            "input": task.source.input,
            "batch": task.source.batch,
            "files": fingerprint(folder, &task.source)?,
        }))
    });
    let mut document = json!({
        "space": info.space,
        "weights": digest_of_file(&plan.run.weights())?,
        "data": data.collect::<Result<Vec<_>>>()?,
        "samples": plan.samples,
        "variation": format!("{:?}", plan.variation),
        "reading": format!("{:?}", plan.reading),
        "calibration": format!("{:?}", train.calibration),
        "precision": format!("{:?}", train.precision),
        "seed": train.seed,
    });
    // Without the key it is float32, as in archives of before.
    if plan.precision != Precision::F32 {
        document["format"] = json!(plan.precision.name());
    }
    Ok(Evaluation::new(document))
}

/// Keys in which an evaluation differs from the one that an archive saw last; empty where the archive has it, or none.
pub fn differences(archive: &Archive, evaluation: &Evaluation) -> Result<Vec<String>> {
    let known = archive.summaries()?;
    let last = known.last().filter(|_| known.iter().all(|one| one.evaluation != evaluation.key));
    let Some((last, own)) =
        last.and_then(|last| last.document.as_object()).zip(evaluation.document.as_object())
    else {
        return Ok(Vec::new());
    };
    let keys: BTreeSet<&String> = own.keys().chain(last.keys()).collect();
    let differs = |key: &&String| last.get(*key) != own.get(*key);
    Ok(keys.into_iter().filter(differs).cloned().collect())
}

/// Takes the scores of a search of an earlier version into the archive.
pub fn take_state(
    archive: &Archive,
    evaluation: &Evaluation,
    folder: &Path,
    output: Output,
) -> Result<()> {
    let state = folder.join(STATE);
    if !state.exists() {
        return Ok(());
    }
    let record = |candidate| Record {
        evaluation: evaluation.key.clone(),
        candidate,
        worker: STATE.to_owned(),
        device: String::new(),
        seconds: 0.0,
        finished: 0.0,
    };
    let records: Vec<Record> = read_state(&state)?.into_iter().map(record).collect();
    let count = archive.insert(evaluation, &records)?;
    output.say(format!("{count} scores of {} are in {} now", state.display(), archive.shown()));
    let taken = folder.join(TAKEN);
    fs::rename(&state, &taken)
        .map_err(|e| user(format!("failed to rename {} to {TAKEN}: {e}", state.display())))
}
