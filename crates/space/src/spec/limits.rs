//! Validation of search spaces; limits keep every cost within 64 bits.

use super::head::Head;
use super::space::{SpaceSpec, StemSpec};
use crate::error::{Error, Result};

/// Maximum number of branches of a module.
pub const MAX_BRANCHES: usize = 8;
/// Maximum number of steps of a module.
pub const MAX_STEPS: usize = 8;
/// Maximum number of channels of a layer: an order of magnitude above any published network.
const MAX_CHANNELS: usize = 1 << 13;
/// Maximum number of searched modules: several times the published eight.
pub(crate) const MAX_MODULES: usize = 64;
/// Maximum side of an input, in pixels.
pub(crate) const MAX_SIDE: usize = 1 << 14;

impl SpaceSpec {
    /// Checks that the values make a network.
    pub fn validate(&self) -> Result<()> {
        self.validate_stages()?;
        self.validate_channels()?;
        self.validate_heads()?;
        self.validate_depths()
    }

    fn validate_stages(&self) -> Result<()> {
        let count = self.widths.len();
        let growing = self.stages.iter().enumerate().all(|(i, s)| s.branches == i + 2);
        let last = self.stages.last().is_some_and(|stage| stage.branches == count);
        if !growing || !last || count > MAX_BRANCHES {
            let accepted = format!("branches 2, 3, … up to {count} widths, at most {MAX_BRANCHES}");
            return self.fault("stages", &self.stages, accepted);
        }
        let modules = self.stages.iter().try_fold(0usize, |sum, stage| match stage.modules {
            0 => None,
            more => sum.checked_add(more).filter(|&sum| sum <= MAX_MODULES),
        });
        if modules.is_none() {
            let accepted = format!("at least one module each, at most {MAX_MODULES} together");
            return self.fault("stages", &self.stages, accepted);
        }
        Ok(())
    }

    fn validate_channels(&self) -> Result<()> {
        let fits = |channels: usize| (1..=MAX_CHANNELS).contains(&channels);
        let sum = self.widths.iter().try_fold(0usize, |sum, &width| sum.checked_add(width));
        if !self.widths.iter().copied().all(fits) || !sum.is_some_and(fits) {
            return self.fault("widths", &self.widths, accepted_channels() + ", also together");
        }
        let StemSpec { channels, bottlenecks, bottleneck_channels, expansion } = self.stem;
        let wide = bottleneck_channels.saturating_mul(expansion);
        let stem = match bottlenecks {
            0 => fits(channels),
            1..=MAX_MODULES => fits(channels) && fits(bottleneck_channels) && fits(wide),
            _ => false,
        };
        if !stem {
            let accepted = accepted_channels() + &format!(", at most {MAX_MODULES} bottlenecks");
            return self.fault("stem", &self.stem, accepted);
        }
        Ok(())
    }

    fn validate_heads(&self) -> Result<()> {
        if !matches!(self.heads[..], [_] | [Head::TopDown { .. }, Head::Segmentation { .. }]) {
            let accepted = "one head, or TopDown and Segmentation in this order".to_owned();
            return self.fault("head", &self.heads, accepted);
        }
        if !(1..=MAX_CHANNELS).contains(&self.outputs()) {
            return self.fault("head", &self.heads, accepted_channels());
        }
        Ok(())
    }

    fn validate_depths(&self) -> Result<()> {
        if !(1..=MAX_STEPS).contains(&self.steps) {
            return self.fault("steps", &self.steps, format!("1 to {MAX_STEPS}"));
        }
        let ascending = self.depth_choices.windows(2).all(|pair| pair[0] < pair[1]);
        let range = self.depth_choices.first() >= Some(&1)
            && self.depth_choices.last() == Some(&self.steps);
        if !ascending || !range {
            let accepted = format!("ascending from at least 1 to the {} steps", self.steps);
            return self.fault("depth_choices", &self.depth_choices, accepted);
        }
        Ok(())
    }

    fn fault(
        &self,
        key: &'static str,
        value: &impl std::fmt::Debug,
        accepted: String,
    ) -> Result<()> {
        let space = self.name.clone();
        Err(Error::Spec { space, key, value: format!("{value:?}"), accepted })
    }
}

/// Accepted numbers of channels, for messages.
fn accepted_channels() -> String {
    format!("channels from 1 to {MAX_CHANNELS}")
}
