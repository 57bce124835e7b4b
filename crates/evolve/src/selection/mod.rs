//! Selection by several objectives at once: fronts, survivors and hypervolume.

mod crowding;
mod hypervolume;
mod pareto;

pub use crowding::ranked_and_spread;
pub use hypervolume::hypervolume;
pub use pareto::{front, peel};
