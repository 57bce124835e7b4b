//! Curves of a training run.

use std::collections::BTreeMap;

use scalenas_evolve::{Outcome, Scale};
use scalenas_report::{Curve, Series};
use scalenas_train::{Figure, Record, SubnetSampling};

/// Curves of training: loss, validation, learning rate.
pub fn curves(
    metrics: &[Record],
    figures: &[Figure],
    sampling: &SubnetSampling,
    groups: usize,
    search: Option<&Outcome>,
    random: Option<&Outcome>,
) -> Vec<Curve> {
    let points = |pick: fn(&Record) -> Option<f64>| -> Vec<(f64, f64)> {
        metrics.iter().filter_map(|r| Some((r.iteration as f64, pick(r)?))).collect()
    };
    let curve = |name: &str, y_label: &str, series: Vec<Series>| Curve {
        name: name.to_owned(),
        series,
        x_label: "iteration".to_owned(),
        y_label: y_label.to_owned(),
    };
    let one = |label: &str, points| vec![Series { label: label.to_owned(), points }];
    let mut curves = vec![curve("Training loss", "loss", one("supernet", points(|r| r.loss)))];
    if *sampling == SubnetSampling::Grouped {
        curves.push(curve("Training loss by group of subnets", "loss", by_group(metrics, groups)));
    }
    let norms = points(|r| r.gradient_norm);
    curves.push(curve("Norm of the gradients", "norm", one("all gradients", norms)));
    for &figure in figures {
        let series = validations(metrics, figure);
        curves.push(curve("Validation of named subnets", figure.name(), series));
    }
    let rates = points(|r| r.learning_rate);
    curves.push(curve("Learning rate", "rate", one("learning rate", rates)));
    if let Some(outcome) = search {
        curves.push(Curve {
            name: "Hypervolume of the front".to_owned(),
            series: volumes(outcome, random),
            x_label: "networks scored".to_owned(),
            y_label: "volume".to_owned(),
        });
    }
    curves.retain(|curve| curve.series.iter().any(|series| !series.points.is_empty()));
    curves
}

/// Growth of the front, beside that of as many random networks.
fn volumes(outcome: &Outcome, random: Option<&Outcome>) -> Vec<Series> {
    let named = [("search", Some(outcome)), ("random networks", random)];
    let named = named.into_iter().filter_map(|(label, outcome)| Some((label, outcome?)));
    let all: Vec<&Outcome> = named.clone().map(|(_, outcome)| outcome).collect();
    let Some(scale) = Scale::of(&all) else { return Vec::new() };
    let series = named.map(|(label, outcome)| {
        let growth = scale.growth(outcome).into_iter();
        let points = growth.map(|at| (at.scored as f64, at.volume)).collect();
        Series { label: label.to_owned(), points }
    });
    series.collect()
}

/// Losses of the smallest group, of one in the middle and of the largest, which take turns.
fn by_group(metrics: &[Record], groups: usize) -> Vec<Series> {
    let shown = [(0, "smallest"), (groups / 2, "in the middle"), (groups - 1, "largest")];
    let of_group = |(group, label): (usize, &str)| {
        let losses = metrics.iter().flat_map(|record| {
            // The last loss is that of the line's iteration, from 1.
            let first = record.iteration + 1 - record.losses.len() as u64;
            record.losses.iter().enumerate().map(move |(at, &loss)| (first + at as u64, loss))
        });
        let of_turn =
            losses.filter(|(iteration, _)| (iteration - 1) % groups as u64 == group as u64);
        let points = of_turn.map(|(iteration, loss)| (iteration as f64, loss)).collect();
        Series { label: label.to_owned(), points }
    };
    shown.map(of_group).into()
}

/// One line per named subnet.
fn validations(metrics: &[Record], figure: Figure) -> Vec<Series> {
    let mut subnets: BTreeMap<&str, Vec<(f64, f64)>> = BTreeMap::new();
    for record in metrics {
        if let (Some(subnet), Some(value)) = (&record.subnet, record.figure(figure)) {
            subnets.entry(subnet).or_default().push((record.iteration as f64, value));
        }
    }
    let series = subnets.into_iter();
    series.map(|(label, points)| Series { label: label.to_owned(), points }).collect()
}
