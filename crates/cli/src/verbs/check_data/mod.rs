//! `check-data`: trouble in a data set, before anything is learnt from it.

mod arguments;
mod facts;
mod pictures;
mod results;
mod sources;

use anyhow::Result;
use scalenas_data::Part;
use scalenas_report::{Sample, contact_sheet_svg};

use self::results::report;
use crate::data::reading_of;
use crate::files::{check_target, write_file};
use crate::render::Output;
use crate::task::{CheckRequest, room};
pub use arguments::Arguments;

/// Columns of the contact sheet.
const COLUMNS: usize = 6;

/// Checks the data of every task.
pub fn run(arguments: &Arguments, output: Output) -> Result<()> {
    check_target("--sheet", arguments.sheet.as_deref())?;
    check_target("--write-facts", arguments.write_facts.as_deref())?;
    let (mut parts, mut samples) = (Vec::new(), Vec::new());
    for (head, source) in sources::sources(arguments, output)? {
        let options = reading_of(&source, arguments.data.reading()).pictures;
        let mut both = [Part::Train, Part::Val].map(|part| {
            let count = if arguments.sheet.is_some() { arguments.samples } else { 0 };
            let request = CheckRequest { source: &source, part, options, samples: count };
            room(head).check_data(&request)
        });
        let [train, val] = &mut both;
        if let (Ok(train), Ok(val), false) = (train.as_mut(), val.as_mut(), arguments.quick) {
            pictures::check(train, val, options, output);
        }
        for part in both {
            parts.push(part?);
        }
    }
    for part in &mut parts {
        part.findings.sort_by_key(|finding| finding.level);
        samples.extend(std::mem::take(&mut part.samples).into_iter().map(|sample| {
            let caption = format!("{}: {}", part.part.name(), sample.caption);
            Sample { caption, ..sample }
        }));
    }
    if let Some(path) = &arguments.sheet {
        write_file(path, contact_sheet_svg(&samples, COLUMNS))?;
    }
    report(arguments, &parts, output)
}
