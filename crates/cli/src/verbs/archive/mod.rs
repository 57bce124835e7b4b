//! `archive`: what a database of scores holds, and its upkeep.

mod arguments;
mod export;

use std::collections::BTreeMap;

use anyhow::Result;
use scalenas_archive::{Archive, Evaluation, Place, Record, SharedRun, Summary};
use scalenas_train::RunFolder;
use serde_json::json;

use crate::error::user;
use crate::files::check_target;
use crate::networks::scored;
use crate::render::{Output, mib, table};
pub use arguments::{Action, Arguments, Chosen};

/// Digits of a key that tell evaluations apart.
const DIGITS: usize = 12;

/// Does what the arguments ask for.
pub fn run(arguments: &Arguments, output: Output) -> Result<()> {
    match &arguments.action {
        Action::List(chosen) => list(&open(chosen)?, output),
        Action::Export { chosen, evaluation, out } => {
            check_target("--out", Some(out))?;
            let archive = open(chosen)?;
            let key = evaluation.as_deref().map(|key| found(&archive, key)).transpose()?;
            let records = archive.records(key.as_deref())?;
            export::write(out, &records, &archive.summaries()?, output)
        }
        Action::Merge { chosen, from } => merge(&open(chosen)?, &existing(&from.parse()?)?, output),
        Action::Clean { chosen, shared: true, .. } => {
            let archive = open(chosen)?;
            let count = archive.shared_runs()?.len();
            archive.forget_runs()?;
            output.result(&json!({ "removed": count }), format!("{count} shared runs removed"))
        }
        Action::Clean { chosen, evaluation, .. } => {
            let archive = open(chosen)?;
            let key = evaluation.as_deref().map(|key| found(&archive, key)).transpose()?;
            let removed = archive.clean(key.as_deref())?;
            output.result(&json!({ "removed": removed }), format!("{removed} networks removed"))
        }
    }
}

/// The archive of an action; one that is missing is not made.
fn open(chosen: &Chosen) -> Result<Archive> {
    match (&chosen.run, &chosen.archive) {
        (Some(run), _) => existing(&scored::of_folder(&RunFolder::open(run)?.search())),
        (None, Some(place)) => existing(&place.parse()?),
        (None, None) => Err(user("give --run or --archive")),
    }
}

fn existing(place: &Place) -> Result<Archive> {
    if let Place::File(path) = place
        && !path.exists()
    {
        return Err(user(format!(
            "archive {}: no such file; a search makes it: evolve --run RUN",
            path.display()
        )));
    }
    Ok(Archive::open(place)?)
}

/// The key of the one evaluation that begins with some digits.
fn found(archive: &Archive, beginning: &str) -> Result<String> {
    let keys = archive.summaries()?.into_iter().map(|summary| summary.evaluation);
    let keys: Vec<String> = keys.collect();
    let mut fitting = keys.iter().filter(|key| key.starts_with(beginning));
    match (fitting.next(), fitting.next()) {
        (Some(key), None) => Ok(key.clone()),
        _ => Err(user(format!(
            "--evaluation {beginning}: accepted: the beginning of one of {}",
            keys.iter().map(|key| short(key)).collect::<Vec<_>>().join(", ")
        ))),
    }
}

fn short(key: &str) -> &str {
    key.get(..DIGITS).unwrap_or(key)
}

fn list(archive: &Archive, output: Output) -> Result<()> {
    let summaries = archive.summaries()?;
    let row = |summary: &Summary| {
        let of = |key: &str| summary.document[key].as_str().unwrap_or("–").to_owned();
        vec![
            short(&summary.evaluation).to_owned(),
            summary.document["space"]["name"].as_str().unwrap_or("–").to_owned(),
            short(&of("weights")).to_owned(),
            export::share(&summary.document),
            summary.scored.to_string(),
            summary.leased.to_string(),
            summary.open.to_string(),
            format!("{:.0}", summary.seconds),
            summary.workers.to_string(),
        ]
    };
    let rows: Vec<Vec<String>> = summaries.iter().map(row).collect();
    let head = [
        "evaluation",
        "space",
        "weights",
        "pictures",
        "scored",
        "in work",
        "open",
        "seconds",
        "workers",
    ];
    let runs = archive.shared_runs()?;
    let line = |run: &SharedRun| {
        let mib = mib(run.bytes());
        format!(
            "\nrun with the weights {}: {} files, {mib:.1} MiB",
            short(&run.weights),
            run.files.len()
        )
    };
    let text = table(&head, &rows) + &runs.iter().map(line).collect::<String>();
    output.result(&json!({ "evaluations": summaries, "runs": runs }), text)
}

fn merge(into: &Archive, from: &Archive, output: Output) -> Result<()> {
    let mut records: BTreeMap<String, Vec<Record>> = BTreeMap::new();
    for record in from.records(None)? {
        records.entry(record.evaluation.clone()).or_default().push(record);
    }
    let mut added = 0;
    for Summary { evaluation, document, .. } in from.summaries()? {
        let records = records.remove(&evaluation).unwrap_or_default();
        added += into.insert(&Evaluation { key: evaluation, document }, &records)?;
    }
    let text = format!("{added} scores of {} added to {}", from.shown(), into.shown());
    output.result(&json!({ "added": added }), text)
}
