//! Printed table of latencies.

use std::path::Path;

use anyhow::Result;
use scalenas_space::latency::LatencyTable;
use serde_json::json;

use crate::render::{Output, table};

/// Times above this error are pointed out.
const USUAL_ERROR: f64 = 0.05;

/// Prints the times and their accuracy.
pub fn report(latency: &LatencyTable, path: &Path, output: Output) -> Result<()> {
    let (parts, accuracy) = (&latency.parts, latency.accuracy);
    let row = |name: String, time: f64| vec![name, format!("{time:.4}")];
    let mut rows = vec![row("stem and heads".to_owned(), parts.fixed)];
    for (branch, &time) in parts.blocks.iter().enumerate() {
        rows.push(row(format!("block of branch {branch}"), time));
    }
    for (target, sources) in parts.edges.iter().enumerate() {
        let edges = sources.iter().enumerate().filter(|(source, _)| *source != target);
        rows.extend(edges.map(|(source, &time)| row(format!("edge {source} to {target}"), time)));
    }
    let advice = if accuracy.median_error > USUAL_ERROR {
        "; more than usual: was the machine idle? --reps 25 measures longer"
    } else {
        ""
    };
    let text = format!(
        "{}\n{} networks that the times were not fitted to: median error {:.1} %, largest {:.1} %, rank correlation \
         {:.3}{advice}\ntable: {}",
        table(&["part", "milliseconds"], &rows),
        accuracy.checked,
        100.0 * accuracy.median_error,
        100.0 * accuracy.largest_error,
        accuracy.rank_correlation,
        path.display(),
    );
    output.result(&json!({ "out": path, "parts": parts, "accuracy": accuracy }), text)
}
