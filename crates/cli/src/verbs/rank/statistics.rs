//! Agreement of a supernet's ranking with that of networks trained alone.

use scalenas_eval::ranking::{Interval, interval, kendall, regret, spearman, within_bands};
use scalenas_space::Cost;
use serde::{Deserialize, Serialize};

/// Bands of networks of like cost.
const BANDS: usize = 4;

/// A network with its scores in one task.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Ranked {
    /// Id of the architecture.
    pub id: String,
    /// Score with the weights of the supernet.
    pub shared: f64,
    /// Score with weights of its own, the mean over seeds.
    pub alone: f64,
    /// Score by seed.
    #[serde(default)]
    pub seeds: Vec<f64>,
    /// Multiply-accumulates, in 10^9.
    pub gmacs: f64,
    /// Parameters, in millions.
    pub mparams: f64,
}

impl Ranked {
    /// A network by its scores and cost; there is at least one seed.
    pub fn new(id: String, shared: f64, seeds: Vec<f64>, cost: &Cost) -> Self {
        let alone = seeds.iter().sum::<f64>() / seeds.len() as f64;
        let (gmacs, mparams) = (cost.gmacs(), cost.parameters as f64 / 1e6);
        Self { id, shared, alone, seeds, gmacs, mparams }
    }
}

/// Correlation with the scores of networks trained alone.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Correlation {
    /// Kendall's tau-b.
    pub tau: Option<f64>,
    /// Its interval of 95 %, over the choice of networks.
    pub interval: Option<Interval>,
    /// Spearman's rho.
    pub spearman: Option<f64>,
    /// Mean tau-b among networks of like cost.
    pub tau_in_bands: Option<f64>,
}

/// Agreement of the supernet, and of cost alone, with networks trained alone.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Agreement {
    /// Order by the supernet's scores.
    pub supernet: Correlation,
    /// Order by multiply-accumulates.
    pub macs: Correlation,
    /// Order by parameters.
    pub parameters: Correlation,
    /// Order by the scores of one seed against those of another, the mean over all pairs of seeds.
    pub seeds: Option<Correlation>,
    /// Score lost by taking the supernet's first network.
    pub regret_at_1: Option<f64>,
    /// Score lost by taking the best of its first five.
    pub regret_at_5: Option<f64>,
    /// Bands of networks of like cost.
    pub bands: usize,
}

/// Agreement over networks.
pub fn agreement(nets: &[Ranked]) -> Agreement {
    let column = |pick: fn(&Ranked) -> f64| nets.iter().map(pick).collect::<Vec<f64>>();
    let (alone, shared) = (column(|net| net.alone), column(|net| net.shared));
    let costs = column(|net| net.gmacs);
    let of = |order: &[f64]| correlation(&[(order, &alone)], &costs);
    Agreement {
        supernet: of(&shared),
        macs: of(&costs),
        parameters: of(&column(|net| net.mparams)),
        seeds: between_seeds(nets, &costs),
        regret_at_1: regret(&shared, &alone, 1),
        regret_at_5: regret(&shared, &alone, 5),
        bands: BANDS,
    }
}

/// Agreement of the trainings alone with each other; `None` with one seed.
fn between_seeds(nets: &[Ranked], costs: &[f64]) -> Option<Correlation> {
    let seeds = nets.iter().map(|net| net.seeds.len()).min()?;
    let of = |seed: usize| nets.iter().map(|net| net.seeds[seed]).collect::<Vec<f64>>();
    let columns: Vec<Vec<f64>> = (0..seeds).map(of).collect();
    let pairs: Vec<(&[f64], &[f64])> = (0..seeds)
        .flat_map(|a| (0..a).map(move |b| (a, b)))
        .map(|(a, b)| (&*columns[a], &*columns[b]))
        .collect();
    (!pairs.is_empty()).then(|| correlation(&pairs, costs))
}

/// Agreement of two orders of the same networks.
type Statistic<'a> = &'a dyn Fn(&[f64], &[f64]) -> Option<f64>;

/// Mean correlation of pairs of orders of the same networks.
fn correlation(pairs: &[(&[f64], &[f64])], costs: &[f64]) -> Correlation {
    let mean = |statistic: Statistic<'_>| {
        let values: Vec<f64> = pairs.iter().filter_map(|(a, b)| statistic(a, b)).collect();
        (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64)
    };
    let pick = |values: &[f64], indices: &[usize]| {
        indices.iter().map(|&index| values[index]).collect::<Vec<_>>()
    };
    Correlation {
        tau: mean(&kendall),
        interval: interval(costs.len(), |drawn| {
            mean(&|a, b| kendall(&pick(a, drawn), &pick(b, drawn)))
        }),
        spearman: mean(&spearman),
        tau_in_bands: mean(&|a, b| within_bands(costs, a, b, BANDS)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn net(index: u32, seeds: [f64; 3]) -> Ranked {
        let gmacs = f64::from(index);
        let alone = seeds.iter().sum::<f64>() / 3.0;
        let seeds = seeds.to_vec();
        Ranked { id: index.to_string(), shared: gmacs, alone, seeds, gmacs, mparams: -gmacs }
    }

    #[test]
    fn trainings_that_disagree_are_seen() {
        // Two seeds rise with cost, the third one falls.
        let nets: Vec<Ranked> =
            (0..8).map(|i| net(i, [f64::from(i), f64::from(2 * i), -f64::from(i)])).collect();
        let found = agreement(&nets);
        let seeds = found.seeds.expect("three seeds");
        assert!((seeds.tau.unwrap_or_default() + 1.0 / 3.0).abs() < 1e-12);
        assert_eq!((found.supernet.tau, found.parameters.tau), (Some(1.0), Some(-1.0)));
        let single: Vec<Ranked> =
            nets.iter().map(|net| Ranked { seeds: vec![net.alone], ..net.clone() }).collect();
        assert_eq!(agreement(&single).seeds, None);
        assert_eq!(agreement(&[]).seeds, None);
    }
}
