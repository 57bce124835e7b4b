//! Configuration of a data set of people.

use scalenas_base::Size;
use serde::{Deserialize, Serialize};

use crate::synth::limits::check_sides;
use crate::{Error, Result};

/// Size and content of a data set of people.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SynthConfig {
    /// Number of pictures to train on.
    pub train: usize,
    /// Number of held-out pictures.
    pub val: usize,
    /// Columns of a picture.
    pub width: usize,
    /// Rows of a picture.
    pub height: usize,
    /// Minimum number of people per picture.
    pub least_people: usize,
    /// Maximum number of people per picture; fewer where they find no place.
    pub most_people: usize,
    /// Probability of a crowd in the background.
    pub crowds: f64,
    /// Seed of all random draws.
    pub seed: u64,
}

impl Default for SynthConfig {
    fn default() -> Self {
        Self {
            train: 400,
            val: 80,
            width: 384,
            height: 288,
            least_people: 1,
            most_people: 4,
            crowds: 0.15,
            seed: 0,
        }
    }
}

impl SynthConfig {
    pub(super) fn validate(&self) -> Result<()> {
        check_sides(Size::new(self.height, self.width))?;
        let refuse = |key, value: String, accepted| Err(Error::Setting { key, value, accepted });
        if self.least_people == 0 || self.least_people > self.most_people {
            let value = format!("{} to {}", self.least_people, self.most_people);
            return refuse("least_people", value, "1 to most_people");
        }
        if !(0.0..=1.0).contains(&self.crowds) {
            return refuse("crowds", self.crowds.to_string(), "0 to 1");
        }
        Ok(())
    }
}
