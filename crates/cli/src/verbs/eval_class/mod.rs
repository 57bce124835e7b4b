//! `eval-class`: top-1 and top-5 of a network on pictures in folders of classes.

mod arguments;
mod results;

use std::path::Path;
use std::sync::Arc;

use anyhow::Result;
use scalenas_data::classification::{ClassificationFacts, Views};
use scalenas_data::{ClassificationDataset, DataFiles, Part};
use scalenas_eval::classification::TopStats;
use scalenas_kernels::KernelBackend;
use scalenas_train::classification::{ClassifyOptions, HeldOut};
use scalenas_train::{RunFolder, TaskSource};

use self::results::report;
use crate::arguments::Task;
use crate::context::device::on_device;
use crate::context::ready;
use crate::data::facts::{FOLDERS, classification_facts};
use crate::data::{Described, in_folder, reading_of, report_skipped};
use crate::error::user;
use crate::networks::single::{Selection, Single};
use crate::render::{Output, ProgressView};
use crate::task::{classed, room_of, scoring};
pub use arguments::Arguments;

/// Threads that read pictures.
const WORKERS: usize = 2;

/// Scores a network.
pub fn run(arguments: &Arguments, output: Output) -> Result<()> {
    ready::require(arguments.device.choice)?;
    let source = source(arguments)?;
    let facts = classification_facts(&source.facts)?;
    let stats = on_device!(arguments.device.choice, score(arguments, &source, &facts, output))?;
    report(&facts, &stats, output)
}

fn score<B: KernelBackend>(
    arguments: &Arguments,
    source: &TaskSource,
    facts: &ClassificationFacts,
    output: Output,
    device: &B::Device,
) -> Result<TopStats> {
    let precision = arguments.precision.settle(arguments.device.choice, output)?;
    let selection = Selection {
        network: &arguments.network,
        data: &arguments.data,
        precision,
        task: Some(Task::Classification),
        accept: &|kind| kind.check(Some(&source.facts), Some(source.input)),
    };
    let part = if arguments.split == "train" { Part::Train } else { Part::Val };
    let list = classed(source, part, facts)?;
    let reading = reading_of(source, arguments.data.reading());
    let dataset = ClassificationDataset::new(list, facts, source.input, Views::Central, reading)?;
    let options = ClassifyOptions {
        batch: arguments.batch,
        workers: WORKERS,
        flip: arguments.flip_test.into(),
    };
    let held_out = HeldOut { dataset: Arc::new(dataset), options };
    let network = Single::<B>::load(&selection, device)?.network.fold();
    let network = network.with_format(precision.dtype());
    let stats = held_out.stats(&network, &ProgressView::new(output), device)?;
    report_skipped(&held_out.dataset.skipped(), output);
    Ok(stats)
}

/// Place of the pictures, with the classes and the input that are asked for.
fn source(arguments: &Arguments) -> Result<TaskSource> {
    let folder = arguments.data.folder.as_deref();
    let room = room_of(Task::Classification);
    let mut source = match &arguments.network.run {
        Some(run) => of_run(&RunFolder::open(run)?, folder)?,
        None => of_weights(arguments, folder)?,
    };
    source.input = arguments.input.unwrap_or(source.input);
    if let Some(facts) = &arguments.facts {
        source.facts.clone_from(facts);
    }
    if source.facts == FOLDERS {
        source.facts = room.facts_in(&source.data)?.unwrap_or(source.facts);
    }
    Ok(source)
}

/// Place of the pictures that a network from a file is scored on.
fn of_weights(arguments: &Arguments, folder: Option<&Path>) -> Result<TaskSource> {
    let weights = arguments.network.weights.as_deref();
    let described = weights.map_or(Ok(Described::default()), Described::beside)?;
    let usual = room_of(Task::Classification).usual_input();
    Ok(TaskSource {
        data: folder.ok_or_else(|| user("give --data FOLDER"))?.to_owned(),
        facts: described.facts.unwrap_or(FOLDERS.to_owned()),
        input: described.input.unwrap_or(usual),
        batch: arguments.batch,
        files: DataFiles::default(),
    })
}

/// Place of the data of a run, or of the same in another folder.
fn of_run(run: &RunFolder, folder: Option<&Path>) -> Result<TaskSource> {
    let info = run.info();
    let head = info.space.heads.iter().find(|&&head| Task::Classification.is_learnt_by(head));
    let task = head.and_then(|&head| info.task(head)).ok_or_else(|| {
        let verbs = scoring(&info.space);
        user(format!("{} classifies no pictures; score it with {verbs}", run.path().display()))
    })?;
    in_folder(&task.source, folder.unwrap_or(&task.source.data))
}
