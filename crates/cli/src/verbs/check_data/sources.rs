//! Data to check, as the arguments or an experiment name it.

use std::path::PathBuf;

use anyhow::Result;
use scalenas_data::DataFiles;
use scalenas_space::Head;
use scalenas_train::TaskSource;

use super::arguments::Arguments;
use super::facts;
use crate::error::user;
use crate::experiment::Experiment;
use crate::render::Output;
use crate::task::{facts_of_data, room_of};

/// Heads with their data.
pub fn sources(arguments: &Arguments, output: Output) -> Result<Vec<(Head, TaskSource)>> {
    match &arguments.config {
        Some(path) => of_experiment(arguments, Experiment::read(path, &[])?),
        None => Ok(vec![of_arguments(arguments, output)?]),
    }
}

fn of_experiment(
    arguments: &Arguments,
    mut experiment: Experiment,
) -> Result<Vec<(Head, TaskSource)>> {
    let data = folder(arguments, experiment.data.clone())?;
    arguments.files.apply(&mut experiment.files, &data, &arguments.data.pictures)?;
    experiment.settle(&data)?;
    let heads = experiment.space()?.heads;
    Ok(heads.into_iter().zip(experiment.sources(&data)?).collect())
}

fn of_arguments(arguments: &Arguments, output: Output) -> Result<(Head, TaskSource)> {
    let data = folder(arguments, None)?;
    let mut files = DataFiles::default();
    arguments.files.apply(&mut files, &data, &arguments.data.pictures)?;
    let room = room_of(arguments.task);
    let facts = facts_of_data(arguments.facts.as_deref(), Some(&data), room, output)?;
    let mut source = TaskSource {
        data,
        facts,
        input: arguments.input.unwrap_or(room.usual_input()),
        batch: 1,
        files,
    };
    if let Some(path) = &arguments.write_facts {
        facts::write(path, room, &source, output)?;
        source.facts = path.display().to_string();
    }
    Ok((room.head(&source.facts)?, source))
}

fn folder(arguments: &Arguments, named: Option<PathBuf>) -> Result<PathBuf> {
    let folder = arguments.data.folder.clone().or(named).or_else(|| arguments.files.folder());
    folder.ok_or_else(|| user("no data set is named; give --data FOLDER or --annotations FILE"))
}
