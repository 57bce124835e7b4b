//! Positions of all marks, in user units. The grid depends on the space alone, so that pictures of
//! one space can be laid over each other.

use scalenas_space::SpaceSpec;

/// Side of a block.
pub(super) const BLOCK: f64 = 11.0;
/// Distance between steps; fusion curves run in the gap between their blocks.
const STEP: f64 = 29.0;
/// Distance between branches.
const ROW: f64 = 42.0;
/// Room inside a module left and right of its steps.
const PADDING: f64 = 7.0;
/// Room between modules.
const GAP: f64 = 15.0;
/// Width of row labels and stem.
const LEFT: f64 = 150.0;
/// Width of the head.
const RIGHT: f64 = 78.0;
/// Middle of the first row, below header and stage names.
const FIRST_ROW: f64 = 104.0;
/// Height below the middle of the last row: its blocks and the legend.
const BOTTOM: f64 = 52.0;

/// Right edge of the stem.
pub(super) const STEM: f64 = LEFT - 24.0;

/// The grid of a space.
pub(super) struct Layout {
    pub(super) width: f64,
    pub(super) height: f64,
    modules: Vec<f64>,
    module_width: f64,
}

impl Layout {
    pub(super) fn new(spec: &SpaceSpec) -> Self {
        let module_width = spec.steps as f64 * STEP - (STEP - BLOCK) / 4.0 + 2.0 * PADDING;
        let count = spec.module_branches().len();
        let modules =
            (0..count).map(|module| LEFT + module as f64 * (module_width + GAP)).collect();
        let rows = spec.widths.len().max(1);
        Self {
            width: LEFT + count as f64 * (module_width + GAP) - GAP + RIGHT,
            height: FIRST_ROW + (rows - 1) as f64 * ROW + BOTTOM,
            modules,
            module_width,
        }
    }

    /// Left and right edge of a module.
    pub(super) fn module(&self, module: usize) -> (f64, f64) {
        (self.modules[module], self.modules[module] + self.module_width)
    }

    /// Left edge of a step's blocks.
    pub(super) fn block(&self, module: usize, step: usize) -> f64 {
        self.modules[module] + PADDING + step as f64 * STEP
    }

    /// Horizontal position at which a step's fusion curves start.
    pub(super) fn fan_out(&self, module: usize, step: usize) -> f64 {
        self.block(module, step) + BLOCK
    }

    /// Horizontal position at which a step's fusion curves meet their target.
    pub(super) fn fan_in(&self, module: usize, step: usize) -> f64 {
        self.block(module, step) + STEP - 4.5
    }

    /// Left edge of the head.
    pub(super) fn head(&self) -> f64 {
        self.width - RIGHT + 24.0
    }
}

/// Vertical middle of a branch.
pub(super) fn row(branch: usize) -> f64 {
    FIRST_ROW + branch as f64 * ROW
}
