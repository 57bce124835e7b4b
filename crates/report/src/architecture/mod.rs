//! Picture of an architecture: branches are rows, steps are columns grouped by module, blocks are
//! squares, fusion edges are curves. Marks on which no output depends are faded.
//!
//! Blocks and edges come from [`scalenas_space::plan`], which the network executes as well, so the
//! picture cannot disagree with the forward pass.

mod draw;
mod header;
mod layout;
mod trace;

use scalenas_space::{Architecture, SpaceSpec};

use crate::svg::Drawing;
use layout::Layout;
use trace::Trace;

/// Network that a search found, with its figures.
#[derive(Debug, Clone)]
pub struct FoundNet {
    /// Id of the candidate.
    pub id: String,
    /// Space of the architecture.
    pub spec: SpaceSpec,
    /// The architecture.
    pub architecture: Architecture,
    /// Names and values for header and table, e.g. `("AP", "0.752")`.
    pub stats: Vec<(String, String)>,
}

/// Draws an architecture as an SVG file with `stats` in its header.
///
/// The architecture must be valid in `spec`.
pub fn architecture_svg(
    spec: &SpaceSpec,
    architecture: &Architecture,
    stats: &[(String, String)],
) -> String {
    draw(spec, architecture, &architecture.id(spec), stats).standalone()
}

pub(crate) fn draw(
    spec: &SpaceSpec,
    architecture: &Architecture,
    id: &str,
    stats: &[(String, String)],
) -> Drawing {
    let trace = Trace::new(spec, architecture);
    let layout = Layout::new(spec);
    let mut content = vec![header::draw(id, stats, &layout)];
    content.extend(draw::network(spec, &trace, &layout));
    Drawing {
        width: layout.width,
        height: layout.height,
        description: format!("architecture {id}"),
        content,
    }
}
