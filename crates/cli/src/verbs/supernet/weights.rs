//! Checks of the weights that training starts and learns from.

use std::path::Path;

use anyhow::{Context, Result};
use scalenas_model::{Absent, NamedParameters, Supernet, load_supernet};
use scalenas_space::SpaceSpec;
use scalenas_train::{Teacher, TrainOptions};

use crate::context::device::{HOST, Host};
use crate::render::warn;

/// Refuses initial weights and teachers of another space. Initial weights may be of other joints or
/// classes.
pub fn check_weights(space: &SpaceSpec, options: &TrainOptions) -> Result<()> {
    let read =
        |path: &Path| load_supernet::<Host>(path, &HOST).map(|(weights, _)| weights.to_named());
    let origin = |path: &Path| path.display().to_string();
    let mut supernet = Supernet::<Host>::new(space, options.seed, &HOST);
    if let Some(path) = &options.weights.teacher {
        let fits = |supernet: &mut Supernet<Host>| {
            supernet.load_named(&read(path)?, Absent::Refuse, &origin(path))
        };
        fits(&mut supernet).context("option train.teacher")?;
        Teacher::<Host>::load(path, space, &HOST).context("option train.teacher")?;
    }
    if let Some(path) = &options.weights.initial {
        let load =
            |supernet: &mut Supernet<Host>| supernet.load_initial(&read(path)?, &origin(path));
        let own = load(&mut supernet).context("option train.initial")?;
        if !own.is_empty() {
            warn(format!(
                "option train.initial: {} has other joints or classes; drawn anew: {}",
                path.display(),
                own.join(", ")
            ));
        }
    }
    Ok(())
}
