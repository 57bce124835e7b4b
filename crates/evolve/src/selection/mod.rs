//! Selection by several objectives at once: fronts, survivors and hypervolume.

mod hypervolume;
mod pareto;

pub use hypervolume::hypervolume;
pub use pareto::{front, peel};
