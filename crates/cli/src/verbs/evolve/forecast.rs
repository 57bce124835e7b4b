//! How well scores of children can be predicted before they are computed.

use scalenas_eval::ranking::kendall;
use scalenas_evolve::{Outcome, forecasts};
use scalenas_space::SpaceSpec;

/// Kendall's tau between predicted and true scores of the networks of every generation that can be predicted.
pub fn forecast_taus(space: &SpaceSpec, outcome: &Outcome) -> Vec<f64> {
    let forecasts = forecasts(space, outcome).into_iter();
    forecasts.filter_map(|(predicted, scores)| kendall(&predicted, &scores)).collect()
}

/// Line about them; `None` where nothing was predicted.
pub fn line(taus: &[f64]) -> Option<String> {
    let shown: Vec<String> = taus.iter().map(|tau| format!("{tau:.2}")).collect();
    (!taus.is_empty()).then(|| {
        format!(
            "scores predicted from the generations before, Kendall's tau by generation: {} (search.screen uses them)",
            shown.join(", ")
        )
    })
}
