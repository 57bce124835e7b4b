//! Scored networks of an archive as a file.

use std::path::Path;

use anyhow::Result;
use scalenas_archive::{Evaluation, Record, Summary};
use serde_json::{Value, json};

use crate::error::user;
use crate::files::write_file;
use crate::render::Output;

/// Writes the scored networks of these evaluations; the ending chooses the form.
pub fn write(path: &Path, records: &[Record], known: &[Summary], output: Output) -> Result<()> {
    let bytes = match path.extension().and_then(|ending| ending.to_str()) {
        Some("csv") => csv(records, known)?,
        Some("json") => {
            let values = records.iter().map(|record| value(record, known));
            serde_json::to_vec_pretty(&values.collect::<Result<Vec<_>>>()?)?
        }
        _ => {
            return Err(user(format!("--out {}: accepted: .csv or .json", path.display())));
        }
    };
    write_file(path, bytes)?;
    let value = json!({ "out": path, "networks": records.len() });
    output.result(&value, format!("{} networks: {}", records.len(), path.display()))
}

/// Share of the held-out pictures that scores of an evaluation looked at.
pub fn share(document: &Value) -> String {
    match Evaluation::parts(document) {
        1 => "all".to_owned(),
        parts => format!("1/{parts}"),
    }
}

fn share_of(record: &Record, known: &[Summary]) -> String {
    let own = known.iter().find(|known| known.evaluation == record.evaluation);
    own.map_or_else(String::new, |own| share(&own.document))
}

fn value(record: &Record, known: &[Summary]) -> Result<Value> {
    let mut value = serde_json::to_value(record)?;
    value["pictures"] = share_of(record, known).into();
    Ok(value)
}

/// A row per network; networks of several tasks have a column per score.
fn csv(records: &[Record], known: &[Summary]) -> Result<Vec<u8>> {
    let most = records.iter().map(|record| record.candidate.fitness.len()).max().unwrap_or(1);
    let columns = [
        "evaluation",
        "network",
        "generation",
        "parents",
        "parameters",
        "macs",
        "activation_bytes",
        "worker",
        "device",
        "seconds",
        "finished",
        "pictures",
    ];
    let scores = (1..=most).map(|number| format!("score_{number}"));
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(columns.map(str::to_owned).into_iter().chain(scores))?;
    for record in records {
        let candidate = &record.candidate;
        let cost = &candidate.cost;
        let parents = match &candidate.origin {
            scalenas_evolve::Origin::Offspring { parents, .. } => {
                format!("{} {}", parents.0, parents.1)
            }
            _ => String::new(),
        };
        let values = [
            record.evaluation.clone(),
            candidate.id.clone(),
            candidate.origin.generation().to_string(),
            parents,
            cost.parameters.to_string(),
            cost.macs.to_string(),
            cost.activation_bytes.to_string(),
            record.worker.clone(),
            record.device.clone(),
            record.seconds.to_string(),
            record.finished.to_string(),
            share_of(record, known),
        ];
        let score = |index: usize| candidate.fitness.get(index).map(f64::to_string);
        let scores = (0..most).map(|index| score(index).unwrap_or_default());
        writer.write_record(values.into_iter().chain(scores))?;
    }
    Ok(writer.into_inner()?)
}
