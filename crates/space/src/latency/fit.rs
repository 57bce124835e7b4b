//! Times of parts that agree with measured networks.
//!
//! Weighted least squares over relative errors, with times from 0 up, held near those of parts measured one by one:
//! networks say what a part costs among others, single parts what networks leave open. Solved by coordinate descent,
//! which needs no matrix and keeps times from falling below 0.

use super::parts::PartTimes;
use crate::counts::PartCounts;

/// Passes over all parts.
const PASSES: usize = 3000;
/// Weight of the times of single parts, against that of one measured network.
const TRUST: f64 = 0.002;

/// Times of parts from measured networks: what they run, and their milliseconds. `alone` are the times of parts that
/// were measured one by one.
///
/// # Panics
/// If there are not as many times as networks.
pub fn fit(networks: &[PartCounts], milliseconds: &[f64], alone: &PartTimes) -> PartTimes {
    assert_eq!(networks.len(), milliseconds.len(), "every network has a time");
    let branches = alone.blocks.len();
    // Rows are networks, in units of their own time: residuals are relative errors.
    let rows: Vec<Vec<f64>> = networks
        .iter()
        .zip(milliseconds)
        .map(|(counts, time)| {
            PartTimes::numbers(counts, branches).into_iter().map(|n| n / time).collect()
        })
        .collect();
    let prior = alone.values();
    let mut times = prior.clone();
    let mut residuals: Vec<f64> = rows.iter().map(|row| 1.0 - dot(row, &times)).collect();
    for _ in 0..PASSES {
        for part in 0..times.len() {
            let hold = if prior[part] > 0.0 { TRUST / (prior[part] * prior[part]) } else { 0.0 };
            let curvature: f64 = rows.iter().map(|row| row[part] * row[part]).sum::<f64>() + hold;
            if curvature == 0.0 {
                continue;
            }
            let slope: f64 = rows.iter().zip(&residuals).map(|(row, left)| row[part] * left).sum();
            let pull = hold * (prior[part] - times[part]);
            let better = (times[part] + (slope + pull) / curvature).max(0.0);
            let change = better - times[part];
            times[part] = better;
            for (left, row) in residuals.iter_mut().zip(&rows) {
                *left -= row[part] * change;
            }
        }
    }
    PartTimes::from_values(&times, branches)
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::Reach;
    use crate::{SpaceSpec, rng, sample};

    fn times(factor: f64) -> PartTimes {
        let edges = |target: usize| -> Vec<f64> {
            (0..4usize)
                .map(
                    |source| {
                        if source == target { 0.0 } else { factor * 0.03 * (1 + source) as f64 }
                    },
                )
                .collect()
        };
        PartTimes {
            fixed: 1.5,
            transitions: vec![0.02, 0.03, 0.04, 0.05],
            blocks: vec![factor * 0.2, factor * 0.15, factor * 0.1, 0.12],
            edges: (0..4).map(edges).collect(),
        }
    }

    #[test]
    fn true_times_are_found_although_parts_alone_were_faster() {
        let space = SpaceSpec::tiny();
        let counts = |seed: u64| {
            let architecture = sample::uniform(&space, &mut rng::stream(seed, "latency", &[]));
            PartCounts::of(&space, &architecture, Reach::Live)
        };
        let truth = times(1.0);
        let networks: Vec<PartCounts> = (0..60).map(counts).collect();
        // Within one percent of the truth.
        let measured = |(index, network): (usize, &PartCounts)| {
            truth.milliseconds(network) * (1.0 + 0.01 * (index as f64 * 2.3).sin())
        };
        let measured: Vec<f64> = networks.iter().enumerate().map(measured).collect();
        let found = fit(&networks, &measured, &times(0.6));
        for network in (100..140).map(counts) {
            let (found, expected) = (found.milliseconds(&network), truth.milliseconds(&network));
            assert!((found / expected - 1.0).abs() < 0.02, "{found} {expected}");
        }
        assert!(found.values().iter().all(|&time| time >= 0.0));
    }
}
