//! Evaluation of found, named and untrained networks, and the final table.

use std::path::Path;

use anyhow::Result;
use scalenas_kernels::KernelBackend;
use scalenas_model::Supernet;
use scalenas_space::{Architecture, cost};
use scalenas_train::{Grade, RunFolder, Validation};
use serde_json::json;

use crate::files::write_file;
use crate::networks;
use crate::render::{Output, table};
use crate::verbs::supernet::Job;

/// Maximum number of found networks in the final table.
const FOUND: usize = 5;

/// Row of the final table: one network.
pub struct Row {
    name: String,
    id: String,
    grade: Grade,
    parameters: u64,
    gmacs: f64,
}

impl Row {
    fn cells(&self) -> Vec<String> {
        let details = self.grade.details().iter().map(|(_, value)| format!("{value:.3}"));
        let details: Vec<String> = details.collect();
        vec![
            self.name.clone(),
            self.id.clone(),
            format!("{:.3}", self.grade.value()),
            details.join(" / "),
            format!("{:.2}", self.parameters as f64 / 1e6),
            format!("{:.4}", self.gmacs),
        ]
    }

    /// Line of the summary of a report: name and value of the figure.
    pub fn summary(&self) -> (String, String) {
        let figure = self.grade.figure().name();
        (format!("{figure} of {} {}", self.name, self.id), format!("{:.3}", self.grade.value()))
    }
}

/// Evaluates found, named and untrained networks.
pub fn evaluate_all<B: KernelBackend>(
    job: &Job,
    run: &RunFolder,
    device: &B::Device,
) -> Result<Vec<Row>> {
    let spec = &run.info().space;
    let validation = Validation::<B>::read(&job.tasks, &job.info.train, device)?;
    let trained = networks::supernet::<B>(run, device)?;
    let untrained = Supernet::<B>::new(spec, run.info().train.seed, device);
    let row = |name: &str, supernet: &Supernet<B>, architecture: &Architecture| -> Result<Row> {
        let cost = cost::cost(spec, architecture, run.info().leading().input)?;
        let grades = validation.score(supernet, architecture, device)?;
        let grade = grades.into_iter().next().expect("a quickstart has a task").grade;
        Ok(Row {
            name: name.to_owned(),
            id: architecture.id(spec),
            grade,
            parameters: cost.parameters,
            gmacs: cost.gmacs(),
        })
    };
    let mut rows = Vec::new();
    let found = networks::search(run)?;
    for candidate in found.iter().flat_map(|outcome| outcome.spread_front(FOUND)) {
        rows.push(row("found", &trained, &candidate.architecture)?);
    }
    rows.push(row("HRNet", &trained, &Architecture::hrnet(spec))?);
    rows.push(row("largest", &trained, &Architecture::largest(spec))?);
    rows.push(row("untrained", &untrained, &Architecture::largest(spec))?);
    Ok(rows)
}

/// Writes and prints the final table.
pub fn finish(rows: &[Row], out: &Path, page: &Path, seconds: f64, output: Output) -> Result<()> {
    let network = |row: &Row| {
        json!({
            "name": row.name,
            "id": row.id,
            "stats": row.grade.stats(),
            "parameters": row.parameters,
            "gmacs": row.gmacs,
        })
    };
    let networks: Vec<_> = rows.iter().map(network).collect();
    write_file(&out.join("summary.json"), serde_json::to_string_pretty(&networks)?)?;
    let value =
        json!({ "interrupted": false, "networks": networks, "report": page, "seconds": seconds });
    let Some(first) = rows.first() else { return Ok(()) };
    let others: Vec<&str> = first.grade.details().iter().map(|(name, _)| *name).collect();
    let others = others.join(" / ");
    let figure = first.grade.figure().name();
    let header = ["network", "id", figure, &others, "M params", "GMACs"];
    let text = format!(
        "{}\nreport: {} ({seconds:.0} s)",
        table(&header, &rows.iter().map(Row::cells).collect::<Vec<_>>()),
        page.display()
    );
    output.result(&value, text)
}
