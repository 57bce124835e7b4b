//! The invariants of `docs/architecture.md`.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use cargo_metadata::MetadataCommand;

/// Allowed dependencies between packages of the workspace.
const ARROWS: [(&str, &[&str]); 15] = [
    ("scalenas-base", &[]),
    ("scalenas-space", &["scalenas-base"]),
    ("scalenas-kernels", &[]),
    ("scalenas-coco", &["scalenas-base"]),
    ("scalenas-eval", &["scalenas-base", "scalenas-coco"]),
    ("scalenas-data", &["scalenas-base", "scalenas-coco"]),
    ("scalenas-evolve", &["scalenas-base", "scalenas-space"]),
    ("scalenas-archive", &["scalenas-evolve"]),
    ("scalenas-collective", &[]),
    ("scalenas-model", &["scalenas-base", "scalenas-kernels", "scalenas-space"]),
    ("scalenas-export", &["scalenas-base", "scalenas-data", "scalenas-space"]),
    ("scalenas-report", &["scalenas-data", "scalenas-space"]),
    (
        "scalenas-predict",
        &["scalenas-base", "scalenas-data", "scalenas-eval", "scalenas-kernels", "scalenas-model"],
    ),
    (
        "scalenas-train",
        &[
            "scalenas-base",
            "scalenas-data",
            "scalenas-eval",
            "scalenas-collective",
            "scalenas-evolve",
            "scalenas-kernels",
            "scalenas-model",
            "scalenas-space",
        ],
    ),
    (
        "scalenas-cli",
        &[
            "scalenas-archive",
            "scalenas-collective",
            "scalenas-base",
            "scalenas-coco",
            "scalenas-data",
            "scalenas-eval",
            "scalenas-evolve",
            "scalenas-export",
            "scalenas-kernels",
            "scalenas-model",
            "scalenas-report",
            "scalenas-space",
            "scalenas-train",
        ],
    ),
];
/// Crates that know nothing of the framework.
const PLAIN: [&str; 10] = [
    "scalenas-archive",
    "scalenas-base",
    "scalenas-collective",
    "scalenas-coco",
    "scalenas-space",
    "scalenas-data",
    "scalenas-eval",
    "scalenas-evolve",
    "scalenas-export",
    "scalenas-report",
];
/// Lines of a file at most, but for single tables and kernels.
const LONGEST: usize = 450;

/// Names of the tasks.
const TASKS: [&str; 4] = ["TopDown", "BottomUp", "Segmentation", "Classification"];
/// Folders whose code is independent of the task, with the rooms, registries and task verbs in them.
const TASK_ROOMS: [(&str, &[&str]); 4] = [
    ("crates/train/src", &["task/"]),
    ("crates/export/src", &["task/"]),
    ("crates/evolve/src", &[]),
    (
        "crates/cli/src",
        &[
            "arguments/",
            "experiment/",
            "task/",
            "verbs/eval_class/",
            "verbs/eval_pose/",
            "verbs/eval_seg/",
            "verbs/synth/",
        ],
    ),
];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("a workspace").to_owned()
}

/// Normal dependencies of every workspace package.
fn dependencies() -> BTreeMap<String, Vec<String>> {
    let metadata = MetadataCommand::new().current_dir(root()).no_deps().exec().expect("metadata");
    let packages = metadata.packages.into_iter();
    packages
        .map(|package| {
            let normal = package.dependencies.iter();
            let normal = normal.filter(|d| d.kind == cargo_metadata::DependencyKind::Normal);
            (package.name.to_string(), normal.map(|d| d.name.clone()).collect())
        })
        .collect()
}

/// Rust files below a folder of the workspace, with their text.
fn sources(folder: &str) -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    let mut folders = vec![root().join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = fs::read_to_string(&path).expect("a text file");
                found.push((path, text));
            }
        }
    }
    found.sort();
    found
}

fn crates() -> Vec<String> {
    let entries = fs::read_dir(root().join("crates")).expect("a folder");
    let mut names: Vec<String> = entries
        .map(|entry| format!("crates/{}", entry.expect("an entry").file_name().to_string_lossy()))
        .collect();
    names.sort();
    names
}

/// Code without comments and without its unit tests.
fn code(text: &str) -> String {
    let body = text.split("#[cfg(test)]").next().unwrap_or_default();
    let lines = body.lines().filter(|line| !line.trim_start().starts_with("//"));
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn arrows_go_one_way() {
    let dependencies = dependencies();
    for (name, allowed) in ARROWS {
        let found = dependencies.get(name).unwrap_or_else(|| panic!("no package {name}"));
        for dependency in found.iter().filter(|d| d.starts_with("scalenas-")) {
            assert!(allowed.contains(&dependency.as_str()), "{name} depends on {dependency}");
        }
    }
    let listed = ARROWS.len();
    let own = dependencies.keys().filter(|n| n.starts_with("scalenas-") && *n != "scalenas-tests");
    assert_eq!(own.count(), listed, "a crate is missing from the map");
}

#[test]
fn plain_crates_do_not_know_the_framework() {
    let dependencies = dependencies();
    for name in PLAIN {
        let burn = dependencies[name].iter().find(|d| d.starts_with("burn"));
        assert_eq!(burn, None, "{name}");
    }
    for (name, found) in &dependencies {
        let named = found.iter().any(|dependency| dependency == "burn-train");
        assert!(!named || name == "scalenas-train", "{name} depends on burn-train");
    }
}

#[test]
fn only_the_runner_prints_and_exits() {
    for folder in crates().into_iter().filter(|folder| folder != "crates/cli") {
        for (path, text) in sources(&format!("{folder}/src")) {
            for word in ["println!", "eprintln!", "print!(", "process::exit"] {
                assert!(!code(&text).contains(word), "{}: {word}", path.display());
            }
        }
    }
}

/// Stand-in for a GPU's driver, which has the interface of a C library.
const STAND_IN: &str = "device/driver.rs";

#[test]
fn unsafe_stays_among_the_kernels() {
    for folder in crates().into_iter().chain(["xtask".to_owned(), "tests".to_owned()]) {
        if folder == "crates/kernels" {
            continue;
        }
        for (path, text) in sources(&folder) {
            let found = code(&text).lines().any(|line| line.contains("unsafe {"));
            assert!(!found || path.ends_with(STAND_IN), "{}", path.display());
        }
    }
}

#[test]
fn every_file_says_what_it_is_and_stays_small() {
    for folder in crates().into_iter().chain(["xtask".to_owned(), "tests".to_owned()]) {
        for (path, text) in sources(&folder) {
            assert!(text.starts_with("//!"), "{} does not open with //!", path.display());
            let lines = text.lines().count();
            let kernel = folder == "crates/kernels";
            assert!(lines <= LONGEST || kernel, "{} has {lines} lines", path.display());
        }
    }
}

#[test]
fn tasks_are_named_in_their_rooms_and_registries_alone() {
    for (folder, rooms) in TASK_ROOMS {
        for (path, text) in sources(folder) {
            let place = path.strip_prefix(root().join(folder)).expect("a file of the folder");
            if rooms.iter().any(|room| place.to_string_lossy().starts_with(room)) {
                continue;
            }
            let code = code(&text);
            let mut words = code.split(|letter: char| !letter.is_alphanumeric() && letter != '_');
            let found = words.find(|word| TASKS.contains(word));
            assert_eq!(found, None, "{}", path.display());
        }
    }
}
