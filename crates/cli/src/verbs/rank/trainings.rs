//! Trainings of networks alone, one after the other, by seed.

use std::path::{Path, PathBuf};

use anyhow::Result;
use scalenas_space::Architecture;
use scalenas_train::RunFolder;
use serde_json::{Value, json};

use super::alone::{OwnGrade, Turn, turn};
use super::arguments::Arguments;
use super::earlier::{self, Earlier};
use super::results::FOLDER;
use crate::arguments::Changes;
use crate::context::Stop;
use crate::render::Output;
use crate::task::figures;
use crate::verbs::finetune::Alone;

/// Grades of all networks trained alone, by seed; `None` if some are left to other processes or to another call.
pub fn train(
    arguments: &Arguments,
    run: &RunFolder,
    nets: &[Architecture],
    (recipe, out): (&Value, &Path),
    (output, stop): (Output, &Stop),
) -> Result<Option<Vec<Vec<OwnGrade>>>> {
    let known = arguments.known.as_ref();
    let known =
        known.map(|file| Earlier::read(arguments, "--known", file, run, recipe)).transpose()?;
    let known = |net: &Architecture, seed: u16| {
        known.as_ref()?.grade(&net.id(&run.info().space), usize::from(seed))
    };
    let usual = if arguments.fine_tune { "tuned" } else { "alone" };
    let folder = run.path().join(FOLDER).join(usual);
    let folder = arguments.alone.clone().unwrap_or(folder);
    let device = arguments.device.choice;
    let (mut grades, mut is_stopped) = (Vec::<Vec<Option<OwnGrade>>>::new(), false);
    let total = nets.len() * usize::from(arguments.seeds);
    for seed in 0..arguments.seeds {
        let (changes, data) = (seeded(&arguments.changes, run, seed), &arguments.data);
        let alone = Alone { run, from_nothing: !arguments.fine_tune, changes: &changes, data };
        let folder = folder_of(&folder, seed);
        grades.push(Vec::new());
        for (index, architecture) in nets.iter().enumerate() {
            let turn = match known(architecture, seed) {
                Some(grade) => Turn::Graded(grade),
                None if is_stopped => Turn::Stopped,
                None => turn(&alone, architecture, &folder, device, output, stop)?,
            };
            is_stopped |= matches!(turn, Turn::Stopped);
            let grade = if let Turn::Graded(grade) = turn { Some(grade) } else { None };
            if let Some(grade) = &grade {
                let scores: Vec<String> = grade.scores.iter().map(|s| format!("{s:.3}")).collect();
                let place = usize::from(seed) * nets.len() + index + 1;
                let scores = scores.join(" ");
                output.say(format!("training {place} of {total}: {} {scores}", grade.id));
            }
            grades[usize::from(seed)].push(grade);
        }
    }
    let trained = grades.iter().flatten().flatten().count();
    if trained == total {
        return Ok(Some(
            grades.into_iter().map(|seed| seed.into_iter().flatten().collect()).collect(),
        ));
    }
    let scores = keep(arguments, run, nets, (recipe, out), &grades)?;
    unfinished([trained, total], scores.as_deref(), is_stopped, output)?;
    Ok(None)
}

/// Keeps the scores of a comparison that is not complete, and returns their file; scores of fine-tuned networks and of
/// several tasks stay with the networks.
fn keep(
    arguments: &Arguments,
    run: &RunFolder,
    nets: &[Architecture],
    (recipe, out): (&Value, &Path),
    grades: &[Vec<Option<OwnGrade>>],
) -> Result<Option<PathBuf>> {
    let space = &run.info().space;
    let [figure] = figures(space)[..] else { return Ok(None) };
    if arguments.fine_tune || grades.iter().flatten().flatten().count() == 0 {
        return Ok(None);
    }
    let ids: Vec<String> = nets.iter().map(|net| net.id(space)).collect();
    let path = out.join(format!("scores_{}.json", figure.key()));
    earlier::write(&path, figure, recipe, &ids, grades)?;
    Ok(Some(path))
}

/// Says what is left of a comparison that was stopped, or that other processes work on.
fn unfinished(
    [trained, total]: [usize; 2],
    scores: Option<&Path>,
    is_stopped: bool,
    output: Output,
) -> Result<()> {
    let left = total - trained;
    let (key, value, said) = if is_stopped {
        ("interrupted", json!(true), "stopped; the same command continues".to_owned())
    } else {
        let said =
            "networks are trained by other processes; the same command compares them when they end";
        ("busy", json!(left), format!("{left} {said}"))
    };
    let kept = scores.map(|path| format!("; the scores so far, for --known: {}", path.display()));
    let value = json!({ key: value, "trained": trained, "trainings": total, "scores": scores });
    output.result(&value, said + &kept.unwrap_or_default())
}

/// Changes of the run's experiment for one of several trainings: the first has the seed that was asked for, or
/// that of the run.
fn seeded(changes: &Changes, run: &RunFolder, number: u16) -> Changes {
    let mut changes = changes.clone();
    if number > 0 {
        let first = changes.seed.unwrap_or(run.info().train.seed);
        changes.seed = Some(first + u64::from(number));
    }
    changes
}

/// Folder of the networks of one of several trainings.
fn folder_of(folder: &Path, number: u16) -> PathBuf {
    if number == 0 { folder.to_owned() } else { folder.join(format!("seed-{number}")) }
}
