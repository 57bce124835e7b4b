//! Ceilings on the cost of networks.

use scalenas_space::{Cost, SpaceSpec};
use serde::{Deserialize, Serialize};

use crate::candidate::Candidate;
use crate::error::{Error, Result};

/// Ceilings on the cost of candidates; `None` for no ceiling.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Limits {
    /// Maximum number of multiply-accumulates, in 10^9.
    pub max_gmacs: Option<f64>,
    /// Maximum number of parameters, in millions.
    pub max_mparams: Option<f64>,
    /// Maximum number of milliseconds by the table of latencies.
    pub max_ms: Option<f64>,
}

impl Limits {
    /// Whether a cost is within all ceilings; milliseconds that are not known are above every one.
    pub fn admit(&self, cost: &Cost, milliseconds: Option<f64>) -> bool {
        self.violations(cost, milliseconds).next().is_none()
    }

    /// Ceilings that a cost is above; milliseconds that are not known are above every one.
    pub fn violations(
        &self,
        cost: &Cost,
        milliseconds: Option<f64>,
    ) -> impl Iterator<Item = Violation> + use<> {
        let values = [
            ("max_gmacs", self.max_gmacs, cost.gmacs()),
            ("max_mparams", self.max_mparams, cost.parameters as f64 / 1e6),
            ("max_ms", self.max_ms, milliseconds.unwrap_or(f64::INFINITY)),
        ];
        let limited = values
            .into_iter()
            .filter_map(|(key, limit, value)| limit.map(|limit| Violation { key, value, limit }));
        limited.filter(|Violation { value, limit, .. }| limit.is_nan() || value > limit)
    }

    /// The candidate whose largest violation, in ceilings, is the smallest; of several the one with the best score.
    pub fn least_violating<'c>(&self, candidates: &'c [Candidate]) -> Option<&'c Candidate> {
        let largest = |candidate: &Candidate| {
            let violations = self.violations(&candidate.cost, candidate.milliseconds);
            violations.map(|violation| violation.share()).fold(1.0, f64::max)
        };
        candidates.iter().min_by(|a, b| {
            largest(a).total_cmp(&largest(b)).then_with(|| b.score().total_cmp(&a.score()))
        })
    }

    /// Refuses ceilings below the cost of the smallest network.
    pub(crate) fn check_cost(&self, spec: &SpaceSpec, smallest: &Cost) -> Result<()> {
        infeasible(spec, "max_gmacs", self.max_gmacs, smallest.gmacs())?;
        infeasible(spec, "max_mparams", self.max_mparams, smallest.parameters as f64 / 1e6)
    }

    /// Refuses a ceiling below the milliseconds of the smallest network.
    pub(crate) fn check_milliseconds(&self, spec: &SpaceSpec, smallest: f64) -> Result<()> {
        infeasible(spec, "max_ms", self.max_ms, smallest)
    }
}

/// A cost above its ceiling.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Violation {
    /// Name of the ceiling.
    pub key: &'static str,
    /// The network's value, in the unit of the ceiling; infinite where it is not known.
    pub value: f64,
    /// The ceiling.
    pub limit: f64,
}

impl Violation {
    /// The value in ceilings; above 1.
    pub fn share(&self) -> f64 {
        self.value / self.limit
    }
}

/// Refuses a ceiling that excludes the smallest network, and with it the whole space.
fn infeasible(
    spec: &SpaceSpec,
    key: &'static str,
    limit: Option<f64>,
    smallest: f64,
) -> Result<()> {
    match limit {
        Some(limit) if limit.is_nan() || smallest > limit => Err(Error::Infeasible {
            key,
            limit: limit.to_string(),
            space: spec.name.clone(),
            smallest: format!("{smallest:.4}"),
        }),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use scalenas_base::Size;
    use scalenas_space::{Architecture, CostModel};

    use super::*;
    use crate::candidate::Origin;

    #[test]
    fn the_least_violating_is_nearest_to_its_worst_ceiling() {
        let spec = SpaceSpec::tiny();
        let costs = CostModel::new(&spec, Size::new(64, 64)).unwrap();
        let candidate = |name: &str, milliseconds: f64, score: f64| {
            let architecture = Architecture::named(name, &spec).unwrap();
            Candidate {
                id: format!("{name}-{score}"),
                cost: costs.cost(&architecture),
                architecture,
                milliseconds: Some(milliseconds),
                origin: Origin::Named(name.to_owned()),
                fitness: vec![score],
            }
        };
        let all = [
            candidate("largest", 1.0, 0.9),
            candidate("smallest", 8.0, 0.1),
            candidate("smallest", 4.0, 0.2),
            candidate("smallest", 4.0, 0.3),
        ];
        let id = |limits: Limits| &*limits.least_violating(&all).unwrap().id;
        // The largest network takes twice the time, the others eight times or more.
        assert_eq!(id(Limits { max_ms: Some(0.5), ..Limits::default() }), "largest-0.9");
        // It has more than eight times the parameters, the others four times.
        let mparams = all[1].cost.parameters as f64 / 4e6;
        let limits = Limits { max_ms: Some(0.5), max_mparams: Some(mparams), ..Limits::default() };
        assert!(all[0].cost.parameters > 2 * all[1].cost.parameters);
        assert_eq!(id(limits), "smallest-0.3");
        let violations: Vec<_> = limits.violations(&all[0].cost, Some(1.0)).collect();
        assert_eq!(violations.iter().map(|v| v.key).collect::<Vec<_>>(), ["max_mparams", "max_ms"]);
        assert_eq!(violations[1], Violation { key: "max_ms", value: 1.0, limit: 0.5 });
        let timed = Limits { max_ms: Some(0.5), ..Limits::default() };
        assert!(timed.admit(&all[1].cost, Some(0.5)) && !timed.admit(&all[1].cost, None));
        assert_eq!(Limits::default().least_violating(&[]), None);
        // No number is no ceiling that everything is within.
        let none = Limits { max_gmacs: Some(f64::NAN), ..Limits::default() };
        assert!(!none.admit(&all[1].cost, None) && none.check_cost(&spec, &all[1].cost).is_err());
    }
}
