//! Facts of data that no run describes.

use std::path::Path;

use anyhow::Result;

use super::room::Room;
use crate::data::facts::shown;
use crate::render::Output;

/// Name or file of the facts: as asked, else of the file in the data set's folder, else those that the task usually has.
pub fn facts_of_data(
    asked: Option<&str>,
    data: Option<&Path>,
    room: &dyn Room,
    output: Output,
) -> Result<String> {
    if let Some(facts) = asked {
        return Ok(facts.to_owned());
    }
    let beside = data.map(|data| room.facts_in(data)).transpose()?.flatten();
    Ok(beside.map_or_else(
        || room.facts().to_owned(),
        |facts| {
            say_found(&facts, output);
            facts
        },
    ))
}

/// Says that facts were found in the folder of a data set.
pub fn say_found(facts: &str, output: Output) {
    output.say(format!("facts {}, of the data set", shown(facts)));
}
