//! Report: everything that a page about a run shows.

use crate::architecture::FoundNet;
use crate::curves::Curve;
use crate::explorer::{Explorer, Preferences};
use crate::ranking::RankingPlot;
use crate::sheet::Sample;

/// Contents of a page about a run; empty parts are left out.
#[derive(Debug, Clone, Default)]
pub struct Report {
    /// Title of the page.
    pub title: String,
    /// Names and values: plan, versions, seed, device, seconds.
    pub summary: Vec<(String, String)>,
    /// The best networks per budget, for the first screen.
    pub budgets: Vec<Budget>,
    /// Training and validation curves.
    pub curves: Vec<Curve>,
    /// Networks of the search.
    pub search: Option<Explorer>,
    /// Depth and fusion of several sets of networks, as shares of what the space allows.
    pub preferences: Option<Preferences>,
    /// Rankings by the supernet against trainings alone, one per task.
    pub rankings: Vec<RankingPlot>,
    /// Found networks, in the order of the table.
    pub architectures: Vec<FoundNet>,
    /// Sample predictions.
    pub samples: Vec<Sample>,
    /// Seconds after which an open page is loaded again, while its run goes on.
    pub reload: Option<u32>,
    /// Machine-readable facts of the run, embedded as JSON.
    pub data: serde_json::Value,
}

/// A network that is the best within a budget, or one to compare with.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Budget {
    /// Name of the budget or of the network.
    pub name: String,
    /// Id of the network.
    pub id: String,
    /// Names and values of its figures; all budgets have those of the first.
    pub stats: Vec<(String, String)>,
    /// Commands that use the network.
    pub commands: Vec<String>,
    /// Whether the page has its drawing.
    pub is_drawn: bool,
    /// Whether it is there to compare with.
    pub is_reference: bool,
}
