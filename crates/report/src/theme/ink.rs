//! Colours by role.

use std::fmt;

/// Steps of the sequential ramp.
pub(crate) const RAMP_STEPS: usize = 10;

/// Role of a colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ink {
    /// Background of a picture.
    Surface,
    /// Background of panels, slightly raised or sunken.
    Panel,
    /// Titles and values.
    Text,
    /// Labels and ticks.
    Muted,
    /// Grid lines.
    Grid,
    /// Lines that carry structure: axes, flow of a branch.
    Rule,
    /// Emphasis: the Pareto front.
    Accent,
    /// One of several named series; wraps around after eight.
    Series(usize),
    /// Ordered values, `0..RAMP_STEPS`, from near the background to far from it.
    Ramp(usize),
    /// Branches by resolution, finest first; wraps around after four.
    Branch(usize),
    /// Fusion from coarser to finer.
    Up,
    /// Fusion from finer to coarser.
    Down,
}

/// Light and dark colours of series. Neighbours stay apart under the common colour vision
/// deficiencies.
const SERIES: [[&str; 2]; 8] = [
    ["#2a78d6", "#4a95ea"],
    ["#eb6834", "#f0804f"],
    ["#1a9f72", "#2bb98a"],
    ["#8a5cd6", "#a78bea"],
    ["#d99500", "#dba32a"],
    ["#d6517f", "#e6739b"],
    ["#3c7a1e", "#7fb35e"],
    ["#6b7280", "#9aa3af"],
];

/// Even steps of lightness from aqua to indigo in OKLCH, reversed on dark.
const RAMP: [[&str; 2]; RAMP_STEPS] = [
    ["#95e0e8", "#384570"],
    ["#6ed0e3", "#385589"],
    ["#47bedf", "#3466a0"],
    ["#20abd9", "#2a79b4"],
    ["#0097d0", "#1d8dc3"],
    ["#0883c2", "#1aa0ce"],
    ["#1f6fb0", "#30b3d5"],
    ["#2b5b99", "#51c5da"],
    ["#2f4a7f", "#75d5de"],
    ["#2e3a64", "#98e4e3"],
];

const BRANCHES: [[&str; 2]; 4] = [
    ["#2f80cf", "#5aa6ea"],
    ["#4767c4", "#7d97f0"],
    ["#6a51b8", "#9d86ea"],
    ["#8d3fa3", "#c07bd8"],
];

impl Ink {
    /// Every role once, in a fixed order.
    pub(crate) fn all() -> impl Iterator<Item = Self> {
        let single = [
            Self::Surface,
            Self::Panel,
            Self::Text,
            Self::Muted,
            Self::Grid,
            Self::Rule,
            Self::Accent,
            Self::Up,
            Self::Down,
        ];
        single
            .into_iter()
            .chain((0..SERIES.len()).map(Self::Series))
            .chain((0..RAMP.len()).map(Self::Ramp))
            .chain((0..BRANCHES.len()).map(Self::Branch))
    }

    /// Colour on a light background.
    pub(crate) fn light(self) -> &'static str {
        self.pair()[0]
    }

    /// Colour on a dark background.
    pub(crate) fn dark(self) -> &'static str {
        self.pair()[1]
    }

    fn pair(self) -> [&'static str; 2] {
        match self {
            Self::Surface => ["#ffffff", "#17191d"],
            Self::Panel => ["#f4f5f7", "#1f2227"],
            Self::Text => ["#1b1e23", "#eceef1"],
            Self::Muted => ["#626871", "#9ba2ac"],
            Self::Grid => ["#e8eaed", "#2a2e34"],
            Self::Rule => ["#a9afb8", "#5b626d"],
            Self::Accent => ["#e0472a", "#ff7d5e"],
            Self::Up => ["#e07b12", "#f0a04b"],
            Self::Down => ["#0f9180", "#35bfab"],
            Self::Series(index) => SERIES[index % SERIES.len()],
            Self::Ramp(step) => RAMP[step.min(RAMP.len() - 1)],
            Self::Branch(index) => BRANCHES[index % BRANCHES.len()],
        }
    }
}

impl fmt::Display for Ink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Surface => f.write_str("surface"),
            Self::Panel => f.write_str("panel"),
            Self::Text => f.write_str("text"),
            Self::Muted => f.write_str("muted"),
            Self::Grid => f.write_str("grid"),
            Self::Rule => f.write_str("rule"),
            Self::Accent => f.write_str("accent"),
            Self::Up => f.write_str("up"),
            Self::Down => f.write_str("down"),
            Self::Series(index) => write!(f, "series-{}", index % SERIES.len()),
            Self::Ramp(step) => write!(f, "ramp-{}", (*step).min(RAMP.len() - 1)),
            Self::Branch(index) => write!(f, "branch-{}", index % BRANCHES.len()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_role_has_its_own_class() {
        let mut names: Vec<_> = Ink::all().map(|ink| ink.to_string()).collect();
        let count = names.len();
        names.sort();
        names.dedup();
        assert_eq!(names.len(), count);
    }

    #[test]
    fn colours_are_hexadecimal() {
        for ink in Ink::all() {
            for colour in [ink.light(), ink.dark()] {
                assert_eq!(colour.len(), 7, "{ink}: {colour}");
                assert!(u32::from_str_radix(&colour[1..], 16).is_ok(), "{ink}: {colour}");
            }
        }
    }
}
