//! Curves of a training run.

use std::collections::BTreeMap;

use scalenas_report::{Curve, Series};
use scalenas_train::{Figure, Record};

/// Curves of training: loss, validation, learning rate.
pub fn curves(metrics: &[Record], figures: &[Figure]) -> Vec<Curve> {
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
    for &figure in figures {
        let series = validations(metrics, figure);
        curves.push(curve("Validation of named subnets", figure.name(), series));
    }
    let rates = points(|r| r.learning_rate);
    curves.push(curve("Learning rate", "rate", one("learning rate", rates)));
    curves.retain(|curve| curve.series.iter().any(|series| !series.points.is_empty()));
    curves
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
