//! Experiment files: RON with defaults, where an unknown key is an error that names the nearest.
//!
//! What a user writes is checked whole before anything is done with it, and every complaint names
//! the file. A run keeps a copy of its experiment, which later verbs go by.

use std::path::{Path, PathBuf};
use std::{fs, iter};

use anyhow::{Context, Result};
use scalenas_data::augment::Augment;
use scalenas_data::scenes::SceneAugment;
use scalenas_data::segmentation::CropAugment;
use scalenas_evolve::SearchConfig;
use scalenas_space::{CostModel, SpaceSpec};
use scalenas_train::{RunFolder, TaskSource, TrainOptions};
use serde::{Deserialize, Serialize};


use super::synthetic::Synthetic;
use super::{changes, parse};
use crate::arguments::{PoseHead, Task};
use crate::error::user;
use crate::files::write_file;
use crate::task::{Variation, room};

/// Version of experiment files that this program reads.
const VERSION: u32 = 1;
/// Copy of the experiment in a run folder.
const COPY: &str = "experiment.ron";
/// Name and text of the experiment behind `quickstart`, built in: it works from any folder.
const QUICKSTART: (&str, &str) =
    ("configs/quickstart.ron", include_str!("../../../../configs/quickstart.ron"));
/// The same for whole pictures.
const QUICKSTART_BOTTOM_UP: (&str, &str) = (
    "configs/quickstart_bottom_up.ron",
    include_str!("../../../../configs/quickstart_bottom_up.ron"),
);
/// The same for segmentation.
const QUICKSTART_SEGMENTATION: (&str, &str) = (
    "configs/quickstart_segmentation.ron",
    include_str!("../../../../configs/quickstart_segmentation.ron"),
);

/// What a user writes.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Experiment {
    /// Version of the format.
    pub version: u32,
    /// Search space, by name; its head says which task it is for.
    pub space: String,
    /// Height and width of the network's input.
    pub input: (usize, usize),
    /// Data set folder, in the layout of the task.
    #[serde(default)]
    pub data: Option<PathBuf>,
    /// Joints (coco, crowdpose or a RON file) or classes (cityscapes or a RON file).
    #[serde(default)]
    pub facts: Option<String>,
    /// How crops of people are varied.
    #[serde(default)]
    pub augment: Augment,
    /// How whole pictures of people are varied.
    #[serde(default)]
    pub scenes: SceneAugment,
    /// How crops of labelled pictures are varied.
    #[serde(default)]
    pub crops: CropAugment,
    /// Training of the supernet.
    #[serde(default)]
    pub train: TrainOptions,
    /// Labelled pictures, for spaces with two tasks.
    #[serde(default)]
    pub second: Option<TaskSource>,
    /// Search.
    #[serde(default)]
    pub search: SearchConfig,
    /// Synthetic data for `quickstart`.
    #[serde(default)]
    pub synth: Option<Synthetic>,
}

impl Experiment {
    /// Reads a file and applies `KEY=VALUE` changes to it.
    pub fn read(path: &Path, changes: &[String]) -> Result<Self> {
        let name = path.display().to_string();
        let text = fs::read_to_string(path)
            .map_err(|e| user(format!("failed to read {name}: {e}; see configs/ for examples")))?;
        Self::new(&text, &name, changes)
    }

    /// The experiment of `quickstart`.
    pub fn quickstart(task: Task, head: PoseHead, changes: &[String]) -> Result<Self> {
        let (name, text) = match (task, head) {
            (Task::Pose, PoseHead::TopDown) => QUICKSTART,
            (Task::Pose, PoseHead::BottomUp) => QUICKSTART_BOTTOM_UP,
            (Task::Segmentation, _) => QUICKSTART_SEGMENTATION,
        };
        Self::new(text, name, changes)
    }

    /// The experiment that a run was made from.
    pub fn of_run(run: &RunFolder, changes: &[String]) -> Result<Self> {
        Self::read(&run.path().join(COPY), changes)
    }

    /// Leaves a copy in the folder of a run.
    pub fn keep(&self, run: &RunFolder) -> Result<()> {
        let text = ron::ser::to_string_pretty(self, ron::ser::PrettyConfig::new())?;
        write_file(&run.path().join(COPY), text)
    }

    fn new(text: &str, name: &str, changes: &[String]) -> Result<Self> {
        let mut experiment = parse::parse(text, name)?;
        if experiment.version != VERSION {
            let found = experiment.version;
            return Err(user(format!("{name}: version is {found}, accepted: {VERSION}")));
        }
        let mut origin = name.to_owned();
        if !changes.is_empty() {
            experiment = changes::change(&experiment, changes)?;
            origin = format!("{name} with --set {}", changes.join(" --set "));
        }
        experiment.check().context(origin)?;
        Ok(experiment)
    }

    /// Everything that can be wrong with values of the right type.
    fn check(&self) -> Result<()> {
        let space = self.space()?;
        let costs = CostModel::new(&space, self.input)?;
        self.train.validate()?;
        self.augment.validate()?;
        self.scenes.validate()?;
        self.crops.validate()?;
        self.search.validate(&space, &costs)?;
        self.check_second(&space)?;
        self.check_inputs(&space)?;
        Ok(())
    }

    /// Spaces with two heads need data for both, and no other needs more than one.
    fn check_second(&self, space: &SpaceSpec) -> Result<()> {
        match (&self.second, space.heads.len() > 1) {
            (None, true) => Err(user(format!(
                "space {} has two tasks; add second: (data: \"FOLDER\", input: (H, W), batch: N)",
                self.space
            ))),
            (Some(_), false) => Err(user(format!(
                "second is given, but space {} has one task; accepted: a multitask space",
                self.space
            ))),
            (Some(TaskSource { batch: 0, .. }), _) => {
                Err(user("option second.batch is 0, accepted: at least 1"))
            }
            (Some(second), true) => {
                CostModel::new(space, second.input).context("option second.input")?;
                Ok(())
            }
            (None, false) => Ok(()),
        }
    }

    /// Sizes that tasks cannot learn from.
    fn check_inputs(&self, space: &SpaceSpec) -> Result<()> {
        let inputs = iter::once(self.input).chain(self.second.as_ref().map(|task| task.input));
        for (&head, input) in space.heads.iter().zip(inputs) {
            room(head).check_input(input, &self.space)?;
        }
        Ok(())
    }

    /// How training varies its samples.
    pub fn variation(&self) -> Variation {
        Variation { people: self.augment, scenes: self.scenes, pictures: self.crops }
    }

    /// Name or file of the facts, by default those of the task's best-known data set.
    pub fn facts(&self) -> Result<String> {
        let space = SpaceSpec::preset(&self.space)?;
        let head = space.heads.first().expect("a space has a head");
        Ok(self.facts.clone().unwrap_or_else(|| room(*head).facts().to_owned()))
    }

    /// Place and size of the data of every task, in the order of the heads; the first task's data
    /// is in the folder `data`.
    pub fn sources(&self, data: &Path) -> Result<Vec<TaskSource>> {
        let (data, facts) = (data.to_owned(), self.facts()?);
        let first = TaskSource { data, facts, input: self.input, batch: self.train.batch };
        Ok(iter::once(first).chain(self.second.clone()).collect())
    }

    /// The space with as many outputs as the data set has joints or classes.
    pub fn space(&self) -> Result<SpaceSpec> {
        let mut space = SpaceSpec::preset(&self.space)?;
        let named = iter::once(Some(self.facts()?));
        let second = self.second.as_ref().map(|second| second.facts.clone());
        let facts = named.chain(iter::repeat(second));
        for (head, facts) in space.heads.iter_mut().zip(facts) {
            let room = room(*head);
            *head = room.head(facts.as_deref().unwrap_or(room.facts()))?;
        }
        Ok(space)
    }
}

#[cfg(test)]
mod tests {
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
        assert_eq!(changed.train.schedule.epochs, 3);
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
        let top_down = [Task::Pose, Task::Segmentation].map(|task| (task, PoseHead::TopDown));
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
        let parts = ["", "pose", "segmentation", "multitask"];
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
