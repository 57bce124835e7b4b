//! `cargo xtask VERB …`: the command line of `crates/cli` from inside the repository.

use std::process::ExitCode;

fn main() -> ExitCode {
    scalenas_cli::run()
}
