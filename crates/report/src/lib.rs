//! Pictures of a run: curves, Pareto fronts, architectures, poses, one HTML page.
//!
//! Pure functions from plain values to text or bytes; nothing here reads or writes files.
//!
//! Invariants:
//! - equal input gives equal bytes: no clock, no random numbers, ordered output only;
//! - no picture loads anything from outside, and all text is escaped;
//! - colours are roles of one theme, legible on light and dark backgrounds.
//!
//! ```
//! use scalenas_report::{Curve, Report, Series};
//!
//! let loss = Curve {
//!     name: "Training loss".into(),
//!     series: vec![Series { label: "supernet".into(), points: vec![(0.0, 1.0), (1.0, 0.4)] }],
//!     x_label: "epoch".into(),
//!     y_label: "MSE".into(),
//! };
//! let report = Report { title: "Quickstart".into(), curves: vec![loss], ..Report::default() };
//! assert!(report.to_html().starts_with("<!DOCTYPE html>"));
//! ```

mod architecture;
mod curves;
mod error;
mod explorer;
mod html;
mod markup;
mod pareto;
mod plot;
mod poses;
mod ranking;
mod raster;
mod segmentation;
mod sheet;
mod svg;
mod theme;

pub use architecture::{FoundNet, architecture_svg};
pub use curves::{Curve, Series, curve_svg};
pub use error::{Error, Result};
pub use explorer::{Better, ExploredNet, Explorer, Objective, Preference, Preferences};
pub use html::{Budget, Report};
pub use pareto::{ParetoPoint, SearchPlot, pareto_svg, pareto_svg_with};
pub use poses::{Colouring, Person, PoseStyle, Side, Skeleton, draw_poses};
pub use ranking::{RankedNet, RankingPlot, ranking_svg};
pub use segmentation::{IGNORED_CLASS, Palette, overlay};
pub use sheet::{Sample, contact_sheet_svg};
