//! Networks of the view, as values of the page.

use scalenas_space::Architecture;
use serde_json::{Value, json};

use super::code::code;

/// Script that draws the view.
pub(crate) const SCRIPT: &str = include_str!("explorer.js");
/// Style sheet of the view.
pub(crate) const STYLE: &str = include_str!("explorer.css");

/// Direction in which an objective is better.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Better {
    /// Costs.
    Low,
    /// Scores.
    High,
}

/// A cost or score of networks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Objective {
    /// Name with its unit.
    pub name: String,
    /// Direction in which it is better.
    pub better: Better,
    /// Digits after the point.
    pub digits: usize,
}

/// A network of the view.
#[derive(Debug, Clone, PartialEq)]
pub struct ExploredNet {
    /// Id.
    pub id: String,
    /// Value of each objective.
    pub values: Vec<f64>,
    /// Standard deviation of each objective, where it is known.
    pub deviations: Vec<Option<f64>>,
    /// Generation; 0 is the initial population.
    pub generation: usize,
    /// Ids of parent and mate, for offspring.
    pub parents: Vec<String>,
    /// The architecture.
    pub architecture: Architecture,
    /// Whether it was drawn at random to compare the search with.
    pub is_random: bool,
}

/// All networks of a search.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Explorer {
    /// Objectives.
    pub objectives: Vec<Objective>,
    /// Objectives that the view shows first: across and up.
    pub axes: [usize; 2],
    /// Networks, in the order in which they were scored.
    pub networks: Vec<ExploredNet>,
    /// Commands that use a network, in which `ID` stands for it.
    pub commands: Vec<String>,
    /// Names of the branches, from fine to coarse.
    pub branches: Vec<String>,
    /// Steps of a module.
    pub steps: usize,
}

/// Data for the script.
pub(crate) fn data(explorer: &Explorer) -> Value {
    let objective = |one: &Objective| json!({ "name": one.name, "high": one.better == Better::High, "digits": one.digits });
    let place = |id: &String| explorer.networks.iter().position(|net| net.id == *id);
    let network = |net: &ExploredNet| {
        json!({
            "id": net.id,
            "values": net.values,
            "deviations": net.deviations,
            "generation": net.generation,
            "parents": net.parents.iter().filter_map(place).collect::<Vec<_>>(),
            "code": code(&net.architecture),
            "random": net.is_random,
        })
    };
    json!({
        "objectives": explorer.objectives.iter().map(objective).collect::<Vec<_>>(),
        "axes": explorer.axes,
        "networks": explorer.networks.iter().map(network).collect::<Vec<_>>(),
        "commands": explorer.commands,
        "branches": explorer.branches,
        "steps": explorer.steps,
    })
}

/// Frame of the view, which the script fills.
pub(crate) fn markup() -> &'static str {
    "<div class=\"card explorer\" id=\"explorer\">\
     <noscript>This view needs scripts; pareto.svg in the folder of the search shows its front.</noscript></div>\n"
}
