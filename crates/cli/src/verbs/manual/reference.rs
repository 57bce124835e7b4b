//! Reference of all verbs and experiment keys, as Markdown.

use std::fmt::Write as _;

use anyhow::Result;
use clap::{Arg, ArgAction, Command};

use super::keys;

/// Text at the head of the reference.
const HEAD: &str = "\
# Reference

Generated from the code by `cargo xtask manual --reference docs/reference.md`; a test compares it. Every verb also takes
`--json` (one machine-readable object on standard output), `--help` and `--version`.
";

/// Reference of the verbs of a program and the keys of an experiment file.
pub fn reference(program: &Command) -> Result<String> {
    let mut text = HEAD.to_owned();
    for verb in program.get_subcommands().filter(|verb| verb.get_name() != "help") {
        writeln!(text, "\n## `{}`\n", verb.get_name())?;
        write_verb(&mut text, verb)?;
    }
    writeln!(text, "\n## Keys of an experiment file\n")?;
    text += &keys::table()?;
    Ok(text)
}

fn write_verb(text: &mut String, verb: &Command) -> Result<()> {
    if let Some(about) = verb.get_about() {
        writeln!(text, "{about}.\n")?;
    }
    let listed = |argument: &&Arg| !argument.is_hide_set() && argument.get_id() != "json";
    let mut arguments = verb.get_arguments().filter(listed).peekable();
    if arguments.peek().is_some() {
        writeln!(text, "| argument | meaning |\n|---|---|")?;
    }
    for argument in arguments {
        writeln!(text, "| `{}` | {} |", name(argument), meaning(argument))?;
    }
    for action in verb.get_subcommands().filter(|action| action.get_name() != "help") {
        writeln!(text, "\n### `{} {}`\n", verb.get_name(), action.get_name())?;
        write_verb(text, action)?;
    }
    if let Some(examples) = verb.get_after_help() {
        let examples = examples.to_string();
        let examples = examples.lines().skip(1).map(str::trim);
        writeln!(text, "\n```\n{}\n```", examples.collect::<Vec<_>>().join("\n"))?;
    }
    Ok(())
}

fn name(argument: &Arg) -> String {
    let values = argument.get_value_names().unwrap_or_default();
    let takes_value = matches!(argument.get_action(), ArgAction::Set | ArgAction::Append);
    let values = values.iter().map(|value| format!("<{value}>")).collect::<Vec<_>>().join(" ");
    match (argument.get_long(), takes_value && !values.is_empty()) {
        (Some(long), true) => format!("--{long} {values}"),
        (Some(long), false) => format!("--{long}"),
        (None, _) => values,
    }
}

fn meaning(argument: &Arg) -> String {
    let help = argument.get_help().map(ToString::to_string).unwrap_or_default();
    let mut parts = vec![help.replace('|', "\\|")];
    let is_flag = argument.get_action().takes_values();
    let choices: Vec<String> = argument
        .get_possible_values()
        .iter()
        .filter(|choice| is_flag && !choice.is_hide_set())
        .map(|choice| format!("`{}`", choice.get_name()))
        .collect();
    if !choices.is_empty() {
        parts.push(format!("({})", choices.join(", ")));
    }
    let defaults: Vec<String> = argument
        .get_default_values()
        .iter()
        .filter(|_| is_flag)
        .map(|value| value.to_string_lossy().into_owned())
        .collect();
    if !defaults.is_empty() {
        parts.push(format!("[default: {}]", defaults.join(" ")));
    }
    parts.join(" ")
}
