//! `manual`: a manual page per verb, and the reference of all verbs and keys.

mod keys;
mod reference;

use std::path::PathBuf;

use anyhow::Result;
use clap::{Args, Command};
use clap_mangen::Man;

use crate::error::user;
use crate::files::{check_folder, check_target, write_file};
use crate::render::Output;
use reference::reference;

/// Examples below the help text.
const EXAMPLES: &str = "\
Examples:
  scalenas manual --pages ~/.local/share/man/man1
  scalenas manual --reference docs/reference.md";

/// Arguments of `manual`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
#[command(group = clap::ArgGroup::new("written").required(true).multiple(true).args(["pages", "reference"]))]
pub struct Arguments {
    /// Write a manual page per verb into this folder
    #[arg(long)]
    pub pages: Option<PathBuf>,
    /// Write the reference of all verbs and experiment keys (Markdown) here
    #[arg(long)]
    pub reference: Option<PathBuf>,
}

/// Writes what the arguments ask for about the program `command`.
pub fn run(arguments: &Arguments, command: &Command, output: Output) -> Result<()> {
    check_folder("--pages", arguments.pages.as_deref())?;
    check_target("--reference", arguments.reference.as_deref())?;
    if let Some(folder) = &arguments.pages {
        let mut pages = vec![(command.get_name().to_owned(), command.clone())];
        for verb in command.get_subcommands().filter(|verb| verb.get_name() != "help") {
            let name = format!("{}-{}", command.get_name(), verb.get_name());
            pages.push((name.clone(), verb.clone().display_name(name)));
        }
        for (name, command) in &pages {
            let mut page = Vec::new();
            Man::new(command.clone())
                .render(&mut page)
                .map_err(|e| user(format!("failed to write the page {name}: {e}")))?;
            write_file(&folder.join(format!("{name}.1")), page)?;
        }
        output.say(format!("{} pages: {}", pages.len(), folder.display()));
    }
    if let Some(path) = &arguments.reference {
        write_file(path, reference(command)?)?;
        output.say(format!("reference: {}", path.display()));
    }
    Ok(())
}
