//! Line chart: series of points over one axis.

use serde::{Deserialize, Serialize};

/// A line chart.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Curve {
    /// Title of the chart.
    pub name: String,
    /// Lines, in the order of the legend.
    pub series: Vec<Series>,
    /// Quantity of the horizontal axis, e.g. `epoch`.
    pub x_label: String,
    /// Quantity of the vertical axis, e.g. `AP`.
    pub y_label: String,
}

/// One line of a chart.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Series {
    /// Name in the legend.
    pub label: String,
    /// `(x, y)` with ascending `x`; points that are not finite leave a gap.
    pub points: Vec<(f64, f64)>,
}
