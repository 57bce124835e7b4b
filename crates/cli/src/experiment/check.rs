//! Checks of an experiment before anything is done with it.

use std::iter;

use anyhow::{Context, Result};
use scalenas_base::Size;
use scalenas_data::{DataFiles, HeatmapCodec, PartFiles};
use scalenas_space::{CostModel, Head, SpaceSpec};
use scalenas_train::TaskSource;

use super::document::Experiment;
use crate::error::user;
use crate::task::room;

/// Checks values that have the right type.
pub fn check(experiment: &Experiment) -> Result<()> {
    let space = experiment.space()?;
    let costs = CostModel::new(&space, experiment.input()?)?;
    experiment.train.validate()?;
    if let Some((_, only)) = experiment.train.sampling.only(&space) {
        only.validate(&space).context("option train.sampling")?;
    }
    experiment.variation().validate()?;
    experiment.search.validate(&space, &costs)?;
    check_files(&experiment.files, "files")?;
    check_second(experiment, &space)?;
    check_inputs(experiment, &space)?;
    check_boxes(experiment, &space)?;
    check_sigma(experiment, &space)?;
    Ok(())
}

/// Checks the files of a data set; `key` is their key in the experiment.
fn check_files(files: &DataFiles, key: &str) -> Result<()> {
    if files.category.as_ref().is_some_and(String::is_empty) {
        return Err(user(format!("option {key}.category is empty; accepted: a name or an id")));
    }
    let Some(share) = files.val_share else { return Ok(()) };
    if !(share > 0.0 && share < 1.0) {
        return Err(user(format!(
            "option {key}.val_share is {share}, accepted: above 0 and below 1"
        )));
    }
    if files.val != PartFiles::default() {
        return Err(user(format!(
            "options {key}.val_share and {key}.val are both given; accepted: one of them"
        )));
    }
    Ok(())
}

/// Refuses choices of boxes where no task crops any: nobody would look at them.
fn check_boxes(experiment: &Experiment, space: &SpaceSpec) -> Result<()> {
    let second = experiment.second.as_ref().map(|second| ("second.files", &second.files));
    let files = iter::once(("files", &experiment.files)).chain(second);
    let usual = DataFiles::default();
    for ((key, files), &head) in files.zip(&space.heads) {
        let given = [
            ("boxes", files.boxes != usual.boxes),
            ("box_padding", files.box_padding != usual.box_padding),
        ];
        let given = given.into_iter().find(|(_, is_given)| *is_given);
        if let Some((name, _)) = given.filter(|_| !room(head).takes_boxes()) {
            return Err(user(format!(
                "option {key}.{name} is given, but space {} takes whole pictures; leave it out",
                space.name
            )));
        }
    }
    Ok(())
}

/// Refuses a width of heatmaps that cannot be drawn, or where no task draws them for crops of people.
fn check_sigma(experiment: &Experiment, space: &SpaceSpec) -> Result<()> {
    let Some(sigma) = experiment.train.heatmap_sigma else { return Ok(()) };
    let inputs = inputs(experiment, space)?;
    let Some((_, input)) = inputs.into_iter().find(|(head, _)| room(*head).takes_boxes()) else {
        return Err(user(format!(
            "option train.heatmap_sigma is {sigma}, but space {} does not learn crops of people; accepted: None",
            space.name
        )));
    };
    HeatmapCodec::new(input, 1)?.with_sigma(sigma).context("option train.heatmap_sigma")?;
    Ok(())
}

/// Spaces with two heads need data for both, and no other needs more than one.
fn check_second(experiment: &Experiment, space: &SpaceSpec) -> Result<()> {
    match (&experiment.second, space.heads.len() > 1) {
        (None, true) => Err(user(format!(
            "space {} has two tasks; add second: (data: \"FOLDER\", input: (H, W), batch: N)",
            experiment.space
        ))),
        (Some(_), false) => Err(user(format!(
            "second is given, but space {} has one task; accepted: a multitask space",
            experiment.space
        ))),
        (Some(TaskSource { batch: 0, .. }), _) => {
            Err(user("option second.batch is 0, accepted: at least 1"))
        }
        (Some(second), true) => {
            CostModel::new(space, second.input).context("option second.input")?;
            check_files(&second.files, "second.files")
        }
        (None, false) => Ok(()),
    }
}

/// Refuses input sizes that a task cannot learn from.
fn check_inputs(experiment: &Experiment, space: &SpaceSpec) -> Result<()> {
    inputs(experiment, space)?
        .into_iter()
        .try_for_each(|(head, input)| room(head).check_input(input, &space.name))
}

/// Heads of a space with the sizes of their inputs.
fn inputs(experiment: &Experiment, space: &SpaceSpec) -> Result<Vec<(Head, Size)>> {
    let inputs =
        iter::once(experiment.input()?).chain(experiment.second.as_ref().map(|task| task.input));
    Ok(space.heads.iter().copied().zip(inputs).collect())
}
