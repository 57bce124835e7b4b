//! Agreement of two rankings of the same networks: by shared weights and by weights of their own.
//!
//! Source: Kendall's tau-b and Spearman's rho with ties as SciPy counts them; intervals by the bootstrap over
//! networks.

mod bootstrap;
mod correlation;
mod regret;

pub use bootstrap::{Interval, interval};
pub use correlation::{kendall, spearman, within_bands};
pub use regret::regret;
