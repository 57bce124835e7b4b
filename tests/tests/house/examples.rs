//! Examples in documentation are run by the tests.

use cargo_metadata::MetadataCommand;

use crate::source::{files, root};

/// Crates without examples switch the tests of documentation off, which cost a second each.
#[test]
fn examples_in_documentation_are_tested() {
    let metadata = MetadataCommand::new().current_dir(root()).no_deps().exec().expect("metadata");
    let mut wrong = Vec::new();
    for package in metadata.packages {
        let Some(library) = package.targets.iter().find(|target| target.is_lib()) else { continue };
        let folder = package.manifest_path.parent().expect("a folder").strip_prefix(root());
        let folder = format!("{}/src", folder.expect("below the root"));
        let is_example = |line: &str| {
            let line = line.trim_start();
            line.starts_with("//! ```") || line.starts_with("/// ```")
        };
        let has_examples = files(&folder).iter().any(|file| file.text.lines().any(is_example));
        if has_examples && !library.doctest {
            wrong.push(package.name.to_string());
        }
    }
    assert!(wrong.is_empty(), "examples that no test runs, doctest = false: {}", wrong.join(", "));
}
