//! An architecture as a picture: branches are rows, steps are columns grouped by module, blocks are
//! squares, fusion edges are curves. What no output depends on is faded.
//!
//! What exists and what matters is read from [`scalenas_space::plan`], the same plan that the
//! network executes, so the picture cannot disagree with the forward pass.

mod draw;
mod header;
mod layout;
mod trace;

use scalenas_space::{Architecture, SpaceSpec};

use crate::svg::Drawing;
use layout::Layout;
use trace::Trace;

/// A found network with what is known about it.
#[derive(Debug, Clone)]
pub struct FoundNet {
    /// Id under which the search knows it.
    pub id: String,
    /// The space it belongs to.
    pub spec: SpaceSpec,
    /// What it is.
    pub architecture: Architecture,
    /// Names and values for header and table, e.g. `("AP", "0.752")`.
    pub stats: Vec<(String, String)>,
}

/// The architecture as an SVG file with `stats` in its header.
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
