//! Name that the program was started by: `cargo xtask` in the repository, `scalenas` when installed.

use std::env;
use std::path::{Path, PathBuf};

use scalenas_train::{RunInfo, SubnetSampling};

/// Name of the binary behind `cargo xtask`.
const XTASK_BINARY: &str = "xtask";
/// Start of a command line in the repository, in which all examples are written.
const XTASK: &str = "cargo xtask";
/// Start of a command line of the installed program.
pub const INSTALLED: &str = "scalenas";
/// Choice of a backend in an example; the installed program has those that it was built with.
const FEATURES: [&str; 2] = [" --features cuda", " --features vulkan"];

/// Start of a command line.
pub fn name() -> &'static str {
    if is_xtask() { XTASK } else { INSTALLED }
}

/// Examples as the user has to type them.
pub fn examples(text: &str) -> String {
    if is_xtask() { text.to_owned() } else { installed_examples(text) }
}

/// Examples for the installed program.
pub fn installed_examples(text: &str) -> String {
    let without = |text: String, features: &&str| text.replace(features, "");
    FEATURES.iter().fold(text.to_owned(), without).replace(XTASK, INSTALLED)
}

/// Command that continues a run.
pub fn resume(info: &RunInfo, run: &Path) -> String {
    let alone = matches!(info.train.sampling, SubnetSampling::Fixed(_));
    let verb = if alone { "finetune" } else { "supernet" };
    format!("{} {verb} --resume {}", name(), run.display())
}

/// Command that gives a build with a feature.
pub fn with_feature(feature: &str) -> String {
    if is_xtask() {
        format!("{XTASK} --features {feature} …")
    } else {
        format!("cargo install --path crates/cli --features {feature}")
    }
}

fn is_xtask() -> bool {
    let started = env::args_os().next().map(PathBuf::from);
    started.is_some_and(|path| path.file_stem().is_some_and(|stem| stem == XTASK_BINARY))
}
