//! Results of a ranking: files, table, printed figures.

use std::fmt::Display;
use std::fs;
use std::iter;
use std::path::Path;

use anyhow::Result;
use scalenas_report::{RankedNet, RankingPlot, ranking_svg};
use scalenas_train::{Figure, RunFolder};
use serde::Deserialize;
use serde_json::{Value, json};

use super::statistics::{Agreement, Correlation, Ranked, agreement};
use crate::error::user;
use crate::files::write_file;
use crate::render::{Output, table};

/// Ranking of the networks in one task.
pub struct TaskRanking {
    /// Figure that networks are ranked by.
    pub figure: Figure,
    /// Networks with both scores.
    pub nets: Vec<Ranked>,
}

/// Origin of the scores.
pub struct Origin<'a> {
    /// Everything that the scores of the networks trained alone depend on.
    pub recipe: &'a Value,
    /// Training batches behind the statistics of a network that is scored with the weights of the supernet.
    pub calibration_batches: usize,
}

/// Folder of the results in a run.
pub const FOLDER: &str = "ranking";
/// Folder in it of the results of found networks, beside those of a spread.
pub const FOUND: &str = "found";

/// Plots of the rankings that were made of a run with these figures.
pub fn plots(run: &RunFolder, figures: &[Figure]) -> Result<Vec<RankingPlot>> {
    #[derive(Deserialize)]
    struct Document {
        networks: Vec<Ranked>,
    }
    let mut plots = Vec::new();
    for &figure in figures {
        let path = run.path().join(FOLDER).join(file_name(figure, "json"));
        if !path.exists() {
            continue;
        }
        let read = |e: &dyn Display| user(format!("failed to read {}: {e}", path.display()));
        let text = fs::read(&path).map_err(|e| read(&e))?;
        let Document { networks } = serde_json::from_slice(&text).map_err(|e| read(&e))?;
        plots.push(plot(figure, &networks, &agreement(&networks)));
    }
    Ok(plots)
}

fn file_name(figure: Figure, ending: &str) -> String {
    format!("ranking_{}.{ending}", figure.key())
}

/// Writes the rankings of all tasks into a folder and prints them.
pub fn report(
    rankings: &[TaskRanking],
    origin: &Origin<'_>,
    (out, seconds): (&Path, f64),
    output: Output,
) -> Result<()> {
    let mut documents = Vec::new();
    let mut text = String::new();
    for TaskRanking { figure, nets } in rankings {
        let agreement = agreement(nets);
        let name = |ending: &str| out.join(file_name(*figure, ending));
        write_file(&name("svg"), ranking_svg(&plot(*figure, nets, &agreement)))?;
        write_file(&name("csv"), csv(nets)?)?;
        let key = figure.key();
        let file = json!({
            "figure": key,
            "recipe": origin.recipe,
            "calibration_batches": origin.calibration_batches,
            "agreement": agreement,
            "networks": nets,
        });
        write_file(&name("json"), serde_json::to_vec_pretty(&file)?)?;
        documents.push(json!({ "figure": key, "agreement": agreement, "networks": nets }));
        text += &printed(*figure, nets.len(), &agreement);
    }
    let value = json!({ "out": out, "seconds_of_training": seconds, "tasks": documents });
    output.result(&value, format!("{text}\nfiles in {}", out.display()))
}

fn plot(figure: Figure, nets: &[Ranked], agreement: &Agreement) -> RankingPlot {
    let point = |net: &Ranked| RankedNet {
        id: net.id.clone(),
        shared: net.shared,
        alone: net.alone,
        gmacs: net.gmacs,
    };
    RankingPlot {
        points: nets.iter().map(point).collect(),
        score_label: figure.name().to_owned(),
        subtitle: format!("Kendall's tau {}, {} networks", tau(&agreement.supernet), nets.len()),
    }
}

/// A row per network; the scores by seed are its last columns.
fn csv(nets: &[Ranked]) -> Result<Vec<u8>> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let seeds = nets.first().map_or(0, |net| net.seeds.len());
    let columns = ["id", "shared", "alone", "gmacs", "mparams"].map(str::to_owned);
    writer.write_record(columns.into_iter().chain((0..seeds).map(|n| format!("alone_{n}"))))?;
    for net in nets {
        let values = [net.shared, net.alone, net.gmacs, net.mparams].into_iter();
        let values = values.chain(net.seeds.iter().copied()).map(|value| value.to_string());
        writer.write_record(iter::once(net.id.clone()).chain(values))?;
    }
    Ok(writer.into_inner()?)
}

fn printed(figure: Figure, count: usize, agreement: &Agreement) -> String {
    let row = |name: &str, correlation: &Correlation| {
        let shown =
            |value: Option<f64>| value.map_or("–".to_owned(), |value| format!("{value:.2}"));
        vec![
            name.to_owned(),
            tau(correlation),
            shown(correlation.spearman),
            shown(correlation.tau_in_bands),
        ]
    };
    let mut rows = vec![
        row("the supernet", &agreement.supernet),
        row("multiply-accumulates alone", &agreement.macs),
        row("parameters alone", &agreement.parameters),
    ];
    let seeds = agreement.seeds.as_ref();
    rows.extend(seeds.map(|seeds| row("another training alone", seeds)));
    let head = ["order by", "Kendall's tau (95 %)", "Spearman", "tau among like cost"];
    let lost = |value: Option<f64>| value.map_or("–".to_owned(), |value| format!("{value:.3}"));
    format!(
        "{} of {count} networks, against weights of their own\n{}\n{} lost by the supernet's first network: {}, by \
         the best of its first five: {}\n",
        figure.name(),
        table(&head, &rows),
        figure.name(),
        lost(agreement.regret_at_1),
        lost(agreement.regret_at_5),
    )
}

/// Tau with its interval.
fn tau(correlation: &Correlation) -> String {
    let Some(tau) = correlation.tau else { return "–".to_owned() };
    let interval = correlation.interval;
    let interval = interval.map(|ends| format!(" ({:.2} to {:.2})", ends.low, ends.high));
    format!("{tau:.2}{}", interval.unwrap_or_default())
}
