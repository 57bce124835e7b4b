//! `synth`: a data set of synthetic people.

use std::fs;
use std::path::Path;

use anyhow::Result;
use scalenas_data::synth::{Summary, SynthConfig, write_pose};
use serde_json::json;

use crate::cli::Synth as Arguments;
use crate::data::split;
use crate::fault::user;
use crate::output::Output;

/// Writes the data set.
pub fn run(arguments: &Arguments, output: Output) -> Result<()> {
    refuse_existing(arguments)?;
    let config = SynthConfig {
        train: arguments.train,
        val: arguments.val,
        height: arguments.size.0,
        width: arguments.size.1,
        most_people: arguments.people,
        seed: arguments.seed,
        ..SynthConfig::default()
    };
    let summary = write_whole(&arguments.out, &config)?;
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

/// Writes a data set into `out`. A new folder that cannot be filled is removed: nobody wants half of
/// its pictures.
pub fn write_whole(out: &Path, config: &SynthConfig) -> Result<Summary> {
    let new = !out.exists();
    write_pose(out, config).map_err(|error| {
        if new {
            // The error that led here is reported; a folder that resists removal adds nothing to it.
            let _ = fs::remove_dir_all(out);
        }
        error.into()
    })
}

/// Real annotations have the same names; they must not be lost to a slip.
fn refuse_existing(arguments: &Arguments) -> Result<()> {
    let there = |name| split(&arguments.out, name).is_ok();
    if arguments.force || !(there("train") || there("val")) {
        return Ok(());
    }
    let out = arguments.out.display();
    Err(user(format!(
        "{out} holds a data set already; replace it with --force or choose another --out"
    )))
}
