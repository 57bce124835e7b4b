//! Checks of the weights that training starts and learns from.

use std::path::Path;

use anyhow::{Context, Result};
use scalenas_model::{Absent, NamedParameters, Supernet, load_supernet};
use scalenas_space::SpaceSpec;
use scalenas_train::{Teacher, TrainOptions};

use crate::context::device::{HOST, Host};

/// Refuses initial weights and teachers of another space.
pub fn check_weights(space: &SpaceSpec, options: &TrainOptions) -> Result<()> {
    let fits = |path: &Path| {
        let (weights, _) = load_supernet::<Host>(path, &HOST)?;
        let origin = path.display().to_string();
        let mut supernet = Supernet::<Host>::new(space, options.seed, &HOST);
        supernet.load_named(&weights.to_named(), Absent::Refuse, &origin)
    };
    if let Some(path) = &options.weights.teacher {
        fits(path).context("option train.teacher")?;
        Teacher::<Host>::load(path, space, &HOST).context("option train.teacher")?;
    }
    if let Some(path) = &options.weights.initial {
        fits(path).context("option train.initial")?;
    }
    Ok(())
}
