//! Checks of the weights that training starts and learns from.

use std::path::Path;

use anyhow::{Context, Result};
use scalenas_model::{Absent, NamedParameters, ScaleNet, Start, Supernet, load_supernet};
use scalenas_space::SpaceSpec;
use scalenas_train::{Teacher, TrainOptions};

use crate::context::device::{HOST, Host};
use crate::render::warn;

/// Names of tensors that a message shows.
const SHOWN: usize = 8;

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
        // A single network of the space teaches, too.
        if ScaleNet::<Host>::load(path, &HOST).is_ok() {
            supernet.clone().start_from(path).context("option train.teacher")?;
        } else {
            fits(&mut supernet).context("option train.teacher")?;
        }
        Teacher::<Host>::load(path, space, &HOST).context("option train.teacher")?;
    }
    if let Some(path) = &options.weights.initial {
        let start = supernet.start_from(path).context("option train.initial")?;
        say_start(path, &start);
    }
    Ok(())
}

/// Says what becomes of the weights that training starts from, unless all are taken over.
fn say_start(path: &Path, start: &Start) {
    let Start { taken, own, unused, .. } = start;
    let (of_head, others): (Vec<&String>, Vec<&String>) =
        own.iter().partition(|name| Supernet::<Host>::is_of_head(name));
    let mut said = vec![format!("{taken} tensors are kept")];
    if !of_head.is_empty() {
        let names = list(&of_head);
        said.push(format!("the head has other joints, classes or tasks; drawn anew: {names}"));
    }
    if !others.is_empty() {
        said.push(format!(
            "{} of layers that the network in the file does not have are drawn anew",
            others.len()
        ));
    }
    if !unused.is_empty() {
        said.push(format!("dropped: {}", list(&unused.iter().collect::<Vec<_>>())));
    }
    if said.len() > 1 {
        warn(format!("option train.initial: {}: {}", path.display(), said.join("; ")));
    }
}

/// Names, the first of many.
fn list(names: &[&String]) -> String {
    let shown: Vec<&str> = names.iter().take(SHOWN).map(|name| name.as_str()).collect();
    let more = if names.len() > SHOWN { ", …" } else { "" };
    format!("{}{more}", shown.join(", "))
}
