//! The command line: `scalenas VERB …`, or `cargo xtask VERB …` in the repository.
//!
//! Arguments become a plan, the crates do the work, and this crate alone names concrete backends,
//! prints and exits. Results go to standard output, everything else to standard error; exit code 0
//! is done, 2 something that the user can fix, 1 anything else.

mod arguments;
mod cli;
mod context;
mod data;
mod error;
mod experiment;
mod files;
mod networks;
mod render;
mod task;
mod verbs;

use std::process::ExitCode;

use context::panics;
use render::Output;

/// Parses the arguments of the process, runs their verb and reports an error, once.
pub fn run() -> ExitCode {
    let cli = cli::parse();
    let output = Output::new(cli.json);
    panics::watch();
    match cli::dispatch(cli.verb, output).and_then(|()| panics::none()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            output.error(&error);
            if let Some(hint) = error::hint(&error) {
                output.say(hint);
            }
            ExitCode::from(error::exit_code(&error))
        }
    }
}

/// Reads an experiment file and checks all of it, as every verb does before anything else.
///
/// # Errors
/// Names file, place, key and value.
pub fn check_experiment(path: &std::path::Path) -> anyhow::Result<()> {
    experiment::Experiment::read(path, &[]).map(|_| ())
}
