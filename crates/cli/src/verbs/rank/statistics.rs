//! Agreement of a supernet's ranking with that of networks trained alone.

use scalenas_eval::ranking::{Interval, interval, kendall, regret, spearman, within_bands};
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
    /// Score with weights of its own.
    pub alone: f64,
    /// Multiply-accumulates, in 10^9.
    pub gmacs: f64,
    /// Parameters, in millions.
    pub mparams: f64,
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
    let of = |order: &[f64]| correlation(order, &alone, &costs);
    Agreement {
        supernet: of(&shared),
        macs: of(&costs),
        parameters: of(&column(|net| net.mparams)),
        regret_at_1: regret(&shared, &alone, 1),
        regret_at_5: regret(&shared, &alone, 5),
        bands: BANDS,
    }
}

fn correlation(order: &[f64], alone: &[f64], costs: &[f64]) -> Correlation {
    let pick = |values: &[f64], indices: &[usize]| {
        indices.iter().map(|&index| values[index]).collect::<Vec<_>>()
    };
    Correlation {
        tau: kendall(order, alone),
        interval: interval(order.len(), |drawn| kendall(&pick(order, drawn), &pick(alone, drawn))),
        spearman: spearman(order, alone),
        tau_in_bands: within_bands(costs, order, alone, BANDS),
    }
}
