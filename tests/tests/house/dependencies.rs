//! Every dependency is used.

use cargo_metadata::{DependencyKind, MetadataCommand};

use crate::source::{files, root};

/// Depended on for a feature: lines of syn's positions come from it.
const BY_FEATURE: [&str; 1] = ["proc_macro2"];

#[test]
fn every_dependency_is_named_in_the_code() {
    let metadata = MetadataCommand::new().current_dir(root()).no_deps().exec().expect("metadata");
    let mut unused = Vec::new();
    for package in metadata.packages {
        let folder = package.manifest_path.parent().expect("a folder").strip_prefix(root());
        let folder = folder.expect("below the root").to_string();
        let text = |part: &str| -> String {
            let folder = format!("{folder}/{part}");
            let exists = root().join(&folder).is_dir();
            let files = if exists { files(&folder) } else { Vec::new() };
            files.into_iter().map(|file| file.text).collect()
        };
        let code = text("src");
        let tests: String = ["tests", "benches", "examples"].map(text).concat();
        for dependency in package.dependencies {
            let name = dependency.rename.as_ref().unwrap_or(&dependency.name).replace('-', "_");
            let is_named = |text: &str| {
                let mut words = text.split(|c: char| !(c.is_alphanumeric() || c == '_'));
                words.any(|word| word == name)
            };
            let used = match dependency.kind {
                DependencyKind::Development => is_named(&tests) || is_named(&code),
                _ => is_named(&code),
            };
            if !used && !BY_FEATURE.contains(&name.as_str()) {
                unused.push(format!("{}: {}", package.name, dependency.name));
            }
        }
    }
    assert!(unused.is_empty(), "dependencies that no code names:\n{}", unused.join("\n"));
}
