//! `completions`: a script that completes verbs and arguments in a shell.

use std::io::{Write, stdout};

use anyhow::Result;
use clap::{Args, Command};
use clap_complete::{Shell, generate};

/// Examples below the help text.
const EXAMPLES: &str = "\
Examples:
  scalenas completions bash > ~/.local/share/bash-completion/completions/scalenas
  scalenas completions zsh > \"${fpath[1]}/_scalenas\"
  scalenas completions fish > ~/.config/fish/completions/scalenas.fish";

/// Arguments of `completions`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct Arguments {
    /// Shell
    #[arg(value_enum)]
    pub shell: Shell,
}

/// Prints the script for the program `command`.
pub fn run(arguments: &Arguments, command: &Command) -> Result<()> {
    let mut script = Vec::new();
    let name = command.get_name().to_owned();
    generate(arguments.shell, &mut command.clone(), name, &mut script);
    stdout().write_all(&script)?;
    Ok(())
}
