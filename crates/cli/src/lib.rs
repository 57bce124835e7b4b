//! The command line: `scalenas VERB …`, or `cargo xtask VERB …` in the repository.
//!
//! Arguments become a plan, the crates do the work, and this crate alone names concrete backends,
//! prints and exits. Results go to standard output, everything else to standard error; exit code 0
//! is done, 2 something that the user can fix, 1 anything else.

mod cli;
mod config;
mod data;
mod device;
mod facts;
mod fault;
mod interrupt;
mod memory;
mod networks;
mod output;
mod pictures;
mod progress;
mod task;
mod verbs;

use std::process::ExitCode;

use clap::Parser;

use cli::{Cli, Verb};
use interrupt::Stop;
use output::Output;

/// Parses the arguments of the process, does what they ask for and reports an error, once.
pub fn run() -> ExitCode {
    let cli = Cli::parse();
    let output = Output::new(cli.json);
    match dispatch(cli.verb, output) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            output.fault(&error);
            if let Some(hint) = fault::hint(&error) {
                output.say(hint);
            }
            ExitCode::from(fault::exit_code(&error))
        }
    }
}

fn dispatch(verb: Verb, output: Output) -> anyhow::Result<()> {
    match verb {
        Verb::Quickstart(arguments) => {
            verbs::quickstart::run(&arguments, output, &Stop::install()?)
        }
        Verb::Synth(arguments) => verbs::synth::run(&arguments, output),
        Verb::Supernet(arguments) => verbs::supernet::run(&arguments, output, &Stop::install()?),
        Verb::Evolve(arguments) => verbs::evolve::run(&arguments, output, &Stop::install()?),
        Verb::EvalPose(arguments) => verbs::eval_pose::run(&arguments, output),
        Verb::EvalSeg(arguments) => verbs::eval_seg::run(&arguments, output),
        Verb::Cost(arguments) => verbs::cost::run(&arguments, output),
        Verb::Import(arguments) => verbs::import::run(&arguments, output),
        Verb::Report(arguments) => verbs::report::run(&arguments, output),
        Verb::Bench(arguments) => verbs::bench::run(&arguments, output),
        Verb::CheckDevice(arguments) => verbs::check_device::run(&arguments, output),
    }
}
