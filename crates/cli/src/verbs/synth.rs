//! `synth`: a data set of synthetic people or streets.

use std::fs;
use std::path::Path;

use anyhow::Result;
use scalenas_data::synth::{StreetConfig, Summary, SynthConfig, write_pose, write_streets};
use serde_json::json;

use crate::cli::{Synth as Arguments, Task};
use crate::data::split;
use crate::fault::user;
use crate::output::Output;

/// Height and width of pictures of people.
const PEOPLE: (usize, usize) = (240, 320);

/// Writes the data set.
pub fn run(arguments: &Arguments, output: Output) -> Result<()> {
    refuse_existing(arguments)?;
    match arguments.task {
        Task::Pose => people(arguments, output),
        Task::Segmentation => streets(arguments, output),
    }
}

fn people(arguments: &Arguments, output: Output) -> Result<()> {
    let mut config = SynthConfig {
        train: arguments.train,
        val: arguments.val,
        most_people: arguments.people,
        seed: arguments.seed,
        ..SynthConfig::default()
    };
    (config.height, config.width) = arguments.size.unwrap_or(PEOPLE);
    let summary = write_people(&arguments.out, &config)?;
    let out = arguments.out.display();
    let value = json!({
        "out": arguments.out,
        "train_images": summary.train_images,
        "train_people": summary.train_people,
        "val_images": summary.val_images,
        "val_people": summary.val_people,
    });
    let text = format!(
        "{out}: {} pictures with {} people to train on, {} with {} held out",
        summary.train_images, summary.train_people, summary.val_images, summary.val_people
    );
    output.result(&value, text)
}

fn streets(arguments: &Arguments, output: Output) -> Result<()> {
    let mut config = StreetConfig {
        train: arguments.train,
        val: arguments.val,
        seed: arguments.seed,
        ..StreetConfig::default()
    };
    (config.height, config.width) = arguments.size.unwrap_or((config.height, config.width));
    write_street_pictures(&arguments.out, &config)?;
    let (out, train, val) = (arguments.out.display(), config.train, config.val);
    let value = json!({ "out": arguments.out, "train_images": train, "val_images": val });
    output.result(&value, format!("{out}: {train} streets to train on, {val} held out"))
}

/// Writes a data set of people into `out`.
pub fn write_people(out: &Path, config: &SynthConfig) -> Result<Summary> {
    whole(out, || Ok(write_pose(out, config)?))
}

/// Writes a data set of streets into `out`.
pub fn write_street_pictures(out: &Path, config: &StreetConfig) -> Result<()> {
    whole(out, || Ok(write_streets(out, config)?))
}

/// A new folder that cannot be filled is removed: nobody wants half of its pictures.
fn whole<T>(out: &Path, write: impl FnOnce() -> Result<T>) -> Result<T> {
    let new = !out.exists();
    write().inspect_err(|_| {
        if new {
            // The error that led here is reported; a folder that resists removal adds nothing to it.
            let _ = fs::remove_dir_all(out);
        }
    })
}

/// Real data has the same names; it must not be lost to a slip.
fn refuse_existing(arguments: &Arguments) -> Result<()> {
    let there = match arguments.task {
        Task::Pose => ["train", "val"].iter().any(|name| split(&arguments.out, name).is_ok()),
        Task::Segmentation => arguments.out.join("leftImg8bit").exists(),
    };
    if arguments.force || !there {
        return Ok(());
    }
    let out = arguments.out.display();
    Err(user(format!(
        "{out} holds a data set already; replace it with --force or choose another --out"
    )))
}
