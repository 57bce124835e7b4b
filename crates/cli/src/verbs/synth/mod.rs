//! `synth`: a data set of synthetic people, streets or shapes.

mod arguments;

use anyhow::Result;
use scalenas_base::Size;
use scalenas_data::synth::{ShapeConfig, StreetConfig, SynthConfig};
use serde_json::json;

use crate::arguments::Task;
use crate::data::split;
use crate::data::synthetic::{write_people, write_shape_pictures, write_street_pictures};
use crate::error::user;
use crate::render::Output;
pub use arguments::Arguments;

/// Default height and width of pictures of people.
const PEOPLE: Size = Size::new(240, 320);

/// Writes a synthetic data set.
pub fn run(arguments: &Arguments, output: Output) -> Result<()> {
    refuse_existing(arguments)?;
    match arguments.task {
        Task::Pose => people(arguments, output),
        Task::Segmentation => streets(arguments, output),
        Task::Classification => shapes(arguments, output),
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
    let size = arguments.size.unwrap_or(PEOPLE);
    (config.height, config.width) = size.into();
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
    if let Some(size) = arguments.size {
        (config.height, config.width) = size.into();
    }
    write_street_pictures(&arguments.out, &config)?;
    let (out, train, val) = (arguments.out.display(), config.train, config.val);
    let value = json!({ "out": arguments.out, "train_images": train, "val_images": val });
    output.result(&value, format!("{out}: {train} streets to train on, {val} held out"))
}

fn shapes(arguments: &Arguments, output: Output) -> Result<()> {
    let mut config = ShapeConfig {
        train: arguments.train,
        val: arguments.val,
        seed: arguments.seed,
        ..ShapeConfig::default()
    };
    if let Some(size) = arguments.size {
        (config.height, config.width) = size.into();
    }
    write_shape_pictures(&arguments.out, &config)?;
    let (out, train, val) = (arguments.out.display(), config.train, config.val);
    let value = json!({ "out": arguments.out, "train_images": train, "val_images": val });
    output.result(&value, format!("{out}: {train} pictures of shapes to train on, {val} held out"))
}

/// Refuses to replace a data set without `--force`: real data has the same file names.
fn refuse_existing(arguments: &Arguments) -> Result<()> {
    let there = match arguments.task {
        Task::Pose => ["train", "val"].iter().any(|name| split(&arguments.out, name).is_ok()),
        Task::Segmentation => arguments.out.join("leftImg8bit").exists(),
        Task::Classification => {
            ["train", "val"].iter().any(|name| arguments.out.join(name).exists())
        }
    };
    if arguments.force || !there {
        return Ok(());
    }
    let out = arguments.out.display();
    Err(user(format!(
        "{out} holds a data set already; replace it with --force or choose another --out"
    )))
}
