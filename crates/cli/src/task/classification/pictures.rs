//! Pictures of the parts of a data set, with their classes.

use anyhow::Result;
use scalenas_data::Part;
use scalenas_data::classification::{ClassedPicture, ClassificationFacts, find};
use scalenas_train::TaskSource;

use crate::data::Share;
use crate::task::checked;

/// Pictures of a part of the data of a task.
pub fn part(
    source: &TaskSource,
    part: Part,
    facts: &ClassificationFacts,
) -> Result<Vec<ClassedPicture>> {
    let share = Share::of(source, part);
    let folder = if share == Share::All { part } else { Part::Train };
    let mut list = find(&source.data, folder.name(), facts)?;
    if share != Share::All {
        let names: Vec<&str> = list.iter().map(|picture| &*picture.name).collect();
        let mut chosen = share.chosen(&source.data, &names)?.into_iter();
        list.retain(|_| chosen.next().unwrap_or(false));
    }
    Ok(list)
}

/// At most `most` pictures, evenly apart: the list is in the order of the classes.
pub fn spread(list: Vec<ClassedPicture>, most: usize) -> Vec<ClassedPicture> {
    checked::spread(list.len(), most).map(|index| list[index].clone()).collect()
}
