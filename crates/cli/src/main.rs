//! The binary `scalenas`.

use std::process::ExitCode;

fn main() -> ExitCode {
    scalenas_cli::run()
}
