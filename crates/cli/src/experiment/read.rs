//! Reading of experiment files. An unknown key is an error that names the nearest one.
//!
//! An experiment is checked whole before anything is done with it, and every message names the file. A run
//! keeps a copy of its experiment, which later verbs read.

use std::path::Path;

use anyhow::{Context, Result};
use scalenas_base::text;
use scalenas_train::{Epochs, RunFolder, RunInfo, TrainOptions};

use super::changes::change;
use super::check::check;
use super::document::Experiment;
use super::parse::parse;
use super::quickstart::quickstart;
use crate::arguments::{PoseHead, Task};
use crate::error::user;
use crate::files::write_file;

/// Accepted version of experiment files.
const VERSION: u32 = 1;
/// File of the experiment in a run folder.
const COPY: &str = "experiment.ron";

impl Experiment {
    /// Reads a file and applies `KEY=VALUE` changes to it.
    pub fn read(path: &Path, changes: &[String]) -> Result<Self> {
        Self::new(&content(path)?, &path.display().to_string(), changes)
    }

    /// Experiment of a text; `name` is for messages.
    pub fn from_text(text: &str, name: &str) -> Result<Self> {
        Self::new(text, name, &[])
    }

    /// Experiment of `quickstart`.
    pub fn quickstart(task: Task, head: PoseHead, changes: &[String]) -> Result<Self> {
        let (name, text) = quickstart(task, head);
        Self::new(text, name, changes)
    }

    /// Experiment that a run was made from.
    pub fn from_run(run: &RunFolder, changes: &[String]) -> Result<Self> {
        let path = run.path().join(COPY);
        let name = path.display().to_string();
        let mut experiment: Self = parse(&content(&path)?, &name)?;
        experiment.take_places(run.info());
        experiment.checked(&name, changes)
    }

    /// The experiment with `KEY=VALUE` changes, if all of it is accepted.
    pub fn changed(self, changes: &[String]) -> Result<Self> {
        self.checked("the run's experiment", changes)
    }

    /// Takes the places of data and facts from the description of a run, which may have been moved.
    fn take_places(&mut self, info: &RunInfo) {
        let mut sources = info.tasks.iter().map(|task| &task.source);
        if let (Some(facts), Some(source)) = (&mut self.facts, sources.next()) {
            facts.clone_from(&source.facts);
        }
        if let (Some(second), Some(source)) = (&mut self.second, sources.next()) {
            second.data.clone_from(&source.data);
            second.facts.clone_from(&source.facts);
        }
        self.train.weights = info.train.weights.clone();
    }

    /// Writes a copy into the folder of a run.
    pub fn keep(&self, run: &RunFolder) -> Result<()> {
        let text = ron::ser::to_string_pretty(self, ron::ser::PrettyConfig::new())?;
        write_file(&run.path().join(COPY), text)
    }

    fn new(text: &str, name: &str, changes: &[String]) -> Result<Self> {
        parse::<Self>(text, name)?.checked(name, changes)
    }

    /// The experiment with `KEY=VALUE` changes, if all of it is accepted.
    fn checked(self, name: &str, changes: &[String]) -> Result<Self> {
        let mut experiment = self;
        if experiment.version != VERSION {
            let found = experiment.version;
            return Err(user(format!("{name}: version is {found}, accepted: {VERSION}")));
        }
        let mut origin = name.to_owned();
        if !changes.is_empty() {
            let before = experiment.train.clone();
            experiment = change(&experiment, changes)?;
            keep_shape(&mut experiment.train, &before);
            origin = format!("{name} with --set {}", changes.join(" --set "));
        }
        experiment.space = experiment.space.read()?;
        check(&experiment).context(origin)?;
        Ok(experiment)
    }
}

/// Puts milestones and validations in their places where a number replaces a length that would have been
/// chosen with them.
fn keep_shape(train: &mut TrainOptions, before: &TrainOptions) {
    let Epochs::Number(epochs @ 1..) = train.schedule.epochs else { return };
    if before.schedule.epochs != Epochs::Auto {
        return;
    }
    let (milestones, every) = (train.schedule.milestones.clone(), train.validation.every);
    train.last(epochs);
    if milestones != before.schedule.milestones {
        train.schedule.milestones = milestones;
    }
    if every != before.validation.every {
        train.validation.every = every;
    }
}

fn content(path: &Path) -> Result<String> {
    let name = path.display();
    text::read(path)
        .map_err(|e| user(format!("failed to read {name}: {e}; see configs/ for examples")))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    const SMALL: &str = "(version: 1, space: \"tiny\", input: (64, 64))";

    fn problem(text: &str, changes: &[&str]) -> String {
        let changes: Vec<String> = changes.iter().map(|&change| change.to_owned()).collect();
        let error = Experiment::new(text, "some.ron", &changes).unwrap_err();
        format!("{error:#}")
    }

    #[test]
    fn complaints_name_the_file_the_key_and_the_value() {
        for (text, said) in [
            ("(versoin: 1)", "line 1 column 2: unknown key versoin in Experiment; did you mean"),
            (
                "(version: 1, space: \"tiny\", input: (64, 64), train: (batch: \"x\"))",
                "batch: \"x\"",
            ),
            ("(version: 2, space: \"tiny\", input: (64, 64))", "version is 2, accepted: 1"),
            ("(version: 1, space: \"tinny\", input: (64, 64))", "did you mean tiny"),
            ("(version: 1, space: \"tiny\", input: (65, 64))", "65x64"),
            (
                "(version: 1, space: \"segmentation_w32\", input: (64, 64), facts: \"coco\")",
                "accepted: cityscapes",
            ),
            ("(version: 1, space: \"tiny\", input: (64, 64), train: (epochs: 0))", "epochs is 0"),
            (
                "(version: 1, space: \"tiny\", input: (64, 64), facts: \"hand\")",
                "facts is \"hand\"",
            ),
        ] {
            let problem = problem(text, &[]);
            assert!(problem.starts_with("some.ron") && problem.contains(said), "{problem}");
        }
    }

    #[test]
    fn changes_are_values_of_any_kind() {
        let changes = [
            "train.epochs=3",
            "train.sampling=Largest",
            "train.teacher=runs/teacher/supernet.safetensors",
            "train.milestones=[1, 2]",
            "train.optimizer={\"Sgd\": {\"momentum\": 0.9, \"weight_decay\": 0.0}}",
            "search.limits.max_gmacs=0.5",
            "train.initial=None",
        ];
        let changes: Vec<String> = changes.iter().map(|&change| change.to_owned()).collect();
        let changed = Experiment::new(SMALL, "some.ron", &changes).unwrap();
        assert_eq!(changed.train.schedule.epochs, Epochs::Number(3));
        assert_eq!(changed.train.sampling, scalenas_train::SubnetSampling::Largest);
        assert!(
            changed
                .train
                .weights
                .teacher
                .is_some_and(|path| path.ends_with("supernet.safetensors"))
        );
        assert_eq!(changed.train.schedule.milestones, [1, 2]);
        assert!(matches!(changed.train.optimizer, scalenas_train::OptimizerOptions::Sgd(_)));
        assert_eq!(changed.search.limits.max_gmacs, Some(0.5));
    }

    #[test]
    fn a_number_in_the_place_of_a_chosen_length_keeps_its_shape() {
        let auto = "(version: 1, space: \"tiny\", input: (64, 64), train: (epochs: Auto))";
        let with = |changes: &[&str]| {
            let changes: Vec<String> = changes.iter().map(|&change| change.to_owned()).collect();
            Experiment::new(auto, "some.ron", &changes).unwrap().train
        };
        assert_eq!(with(&[]).schedule.epochs, Epochs::Auto);
        let thirty = with(&["train.epochs=30"]);
        assert_eq!(
            (thirty.schedule.epochs, thirty.schedule.milestones),
            (Epochs::Number(30), vec![20, 27])
        );
        assert_eq!(thirty.validation.every.map(usize::from), Some(3));
        let own = with(&["train.epochs=30", "train.milestones=[5]", "train.validate_every=7"]);
        assert_eq!(own.schedule.milestones, [5]);
        assert_eq!(own.validation.every.map(usize::from), Some(7));
        assert_eq!(with(&["train.epochs=Auto"]).schedule.epochs, Epochs::Auto);
    }

    #[test]
    fn wrong_changes_are_named() {
        for (change, said) in [
            ("train.epoch=3", "did you mean epochs?"),
            ("epochs", "accepted: KEY=VALUE"),
            ("train.epochs=many", "--set train.epochs=many"),
            ("train.epochs=0", "some.ron with --set train.epochs=0: option epochs is 0"),
            ("train.sampling=Biggest", "Biggest"),
            ("search.limits.max_gmacs=1e-9", "max_gmacs is 0.000000001, but the smallest"),
        ] {
            let problem = problem(SMALL, &[change]);
            assert!(problem.contains(said), "{problem}");
        }
    }

    #[test]
    fn a_copy_reads_back_the_same() {
        let bottom_up = (Task::Pose, PoseHead::BottomUp);
        let top_down = [Task::Pose, Task::Segmentation, Task::Classification]
            .map(|task| (task, PoseHead::TopDown));
        for (task, head) in top_down.into_iter().chain([bottom_up]) {
            let experiment = Experiment::quickstart(task, head, &[]).unwrap();
            let pretty = ron::ser::PrettyConfig::new();
            let copy = ron::ser::to_string_pretty(&experiment, pretty).unwrap();
            let again = Experiment::new(&copy, COPY, &[]).unwrap();
            assert_eq!(format!("{experiment:?}"), format!("{again:?}"));
        }
    }

    #[test]
    fn every_experiment_of_the_repository_is_accepted() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../configs");
        let parts = ["", "pose", "segmentation", "classification", "multitask"];
        let folders = parts.map(|part| root.join(part));
        let entries = folders.iter().flat_map(|folder| fs::read_dir(folder).unwrap());
        let files = entries.map(|entry| entry.unwrap().path());
        let files: Vec<_> =
            files.filter(|path| path.extension().is_some_and(|e| e == "ron")).collect();
        assert!(files.len() > 2, "{files:?}");
        for file in files {
            Experiment::read(&file, &[]).unwrap();
        }
    }
}
