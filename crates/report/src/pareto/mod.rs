//! Plot of a search: candidates by cost and score, and their Pareto front.

mod draw;
mod front;
mod labels;
mod legend;
mod search_plot;

pub use draw::{pareto_svg, pareto_svg_with};
pub use search_plot::{ParetoPoint, SearchPlot};
