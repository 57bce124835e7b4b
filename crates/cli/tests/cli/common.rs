//! Calls of the program, and small data sets for them.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;

/// Exit code and output of a call.
#[derive(Debug)]
pub struct Ran {
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

impl Ran {
    fn of(output: &Output) -> Self {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Self {
            code: output.status.code(),
            stdout: text(&output.stdout),
            stderr: text(&output.stderr),
        }
    }

    /// Asserts success.
    pub fn good(self) -> Self {
        assert_eq!(self.code, Some(0), "{self:#?}");
        self
    }

    /// Asserts an error that the user can fix, with a message that contains all of `said`.
    pub fn fixable(self, said: &[&str]) -> Self {
        assert_eq!(self.code, Some(2), "{self:#?}");
        for said in said {
            assert!(self.stderr.contains(said), "{said:?} is not said in {self:#?}");
        }
        assert!(!self.stderr.contains("panicked"), "{self:#?}");
        assert_eq!(self.stdout, "", "{self:#?}");
        self
    }

    /// The JSON object that is all of standard output.
    pub fn json(&self) -> Value {
        assert_eq!(self.stdout.trim_end().lines().count(), 1, "{self:#?}");
        serde_json::from_str(&self.stdout).unwrap_or_else(|e| panic!("{e}: {self:#?}"))
    }
}

/// A call that can be changed before it starts.
pub fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_scalenas"));
    command.args(arguments).stdin(Stdio::null());
    command
}

/// Calls the program.
pub fn scalenas(arguments: &[&str]) -> Ran {
    Ran::of(&command(arguments).output().expect("the runner starts"))
}

/// Waits for the end of a call.
pub fn ended(child: std::process::Child) -> Ran {
    Ran::of(&child.wait_with_output().expect("the runner was started"))
}

/// Value of a JSON file.
pub fn read_json(path: &Path) -> Value {
    let text = fs::read_to_string(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    serde_json::from_str(&text).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

/// Metrics of a run without those that depend on the clock.
pub fn metrics(run: &Path) -> Vec<Value> {
    let lines = fs::read_to_string(run.join("metrics.jsonl")).expect("a run has metrics");
    let lines = lines.lines().map(|line| serde_json::from_str(line).expect("JSON lines"));
    let mut lines: Vec<Value> = lines.collect();
    for line in lines.iter_mut().filter_map(Value::as_object_mut) {
        line.remove("images_per_second");
    }
    lines
}

/// A path as an argument.
pub fn text(path: &Path) -> &str {
    path.to_str().expect("paths of tests are UTF-8")
}

/// A folder with a small synthetic data set in `data` and an experiment in `small.ron`.
pub struct Place {
    folder: tempfile::TempDir,
}

/// Two epochs of three iterations, on pictures of 64x64.
const EXPERIMENT: &str = "(
    version: 1,
    space: \"tiny\",
    input: (64, 64),
    train: (epochs: 2, batch: 4, learning_rate: 1e-3, milestones: [1], validate_every: 2,
            validation_people: 4, calibration_batches: 1, log_every: 1),
    search: (initial_per_group: 1, survivors: 4, generations: 1, offspring: 3),
)";

impl Place {
    /// An empty folder.
    pub fn empty() -> Self {
        Self { folder: tempfile::tempdir().expect("a temporary folder") }
    }

    /// A folder with a data set and an experiment.
    pub fn new() -> Self {
        let place = Self::empty();
        fs::write(place.path("small.ron"), EXPERIMENT).expect("writable");
        place.synth("data", &["--train", "8", "--val", "3"]);
        place
    }

    /// Path below the folder.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Path below the folder, as an argument.
    pub fn arg(&self, name: &str) -> String {
        text(&self.path(name)).to_owned()
    }

    /// Draws a data set of people.
    pub fn synth(&self, name: &str, more: &[&str]) {
        let out = self.arg(name);
        let mut arguments = vec!["synth", "--out", &out, "--size", "96x128"];
        arguments.extend(more);
        scalenas(&arguments).good();
    }

    /// Trains a supernet into folder `out`.
    pub fn supernet(&self, out: &str, more: &[&str]) -> Ran {
        let (config, data, out) = (self.arg("small.ron"), self.arg("data"), self.arg(out));
        let mut arguments = vec!["supernet", "--config", &config, "--data", &data, "--out", &out];
        arguments.extend(more);
        scalenas(&arguments)
    }

    /// Annotation file of a part of the data set.
    pub fn annotations(&self, split: &str) -> PathBuf {
        self.path(&format!("data/annotations/person_keypoints_{split}2017.json"))
    }

    /// Changes the annotation file of a part of the data set.
    pub fn change(&self, split: &str, change: impl FnOnce(&mut Value)) {
        let path = self.annotations(split);
        let mut file = read_json(&path);
        change(&mut file);
        fs::write(&path, file.to_string()).expect("writable");
    }
}

/// Relative path and bytes of every file below a folder, in order.
pub fn tree(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(&next).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(folder).expect("below").display().to_string();
                files.push((name, fs::read(&path).expect("readable")));
            }
        }
    }
    files.sort();
    files
}
