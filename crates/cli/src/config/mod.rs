//! Experiment files: RON with defaults, where an unknown key is an error that names the nearest.
//!
//! What a user writes is checked whole before anything is done with it, and every complaint names
//! the file. A run keeps a copy of its experiment, which later verbs go by.

mod changes;
mod parse;

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use scalenas_data::augment::Augment;
use scalenas_data::scenes::SceneAugment;
use scalenas_data::segmentation::CropAugment;
use scalenas_data::{KeypointFacts, SegmentationFacts};
use scalenas_evolve::SearchConfig;
use scalenas_space::{CostModel, Head, SpaceSpec};
use scalenas_train::{RunFolder, SecondTask, TrainOptions};
use serde::{Deserialize, Serialize};

use crate::cli::{PoseHead, Task};
use crate::fault::user;
use crate::output::write_file;
use crate::task::Variation;

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
    pub second: Option<SecondTask>,
    /// Search.
    #[serde(default)]
    pub search: SearchConfig,
    /// Synthetic data for `quickstart`.
    #[serde(default)]
    pub synth: Option<Synthetic>,
}

/// Synthetic data of an experiment.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Synthetic {
    /// Pictures to train on.
    pub train: usize,
    /// Held-out pictures.
    pub val: usize,
    /// Height and width of a picture.
    pub size: (usize, usize),
    /// Most people in a picture; streets have as many as they have.
    #[serde(default = "four")]
    pub people: usize,
}

fn four() -> usize {
    4
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
        self.check_square(&space)?;
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
            (Some(SecondTask { batch: 0, .. }), _) => {
                Err(user("option second.batch is 0, accepted: at least 1"))
            }
            (Some(second), true) => {
                CostModel::new(space, second.input).context("option second.input")?;
                Ok(())
            }
            (None, false) => Ok(()),
        }
    }

    /// Whole pictures are learnt from square crops.
    fn check_square(&self, space: &SpaceSpec) -> Result<()> {
        let (height, width) = self.input;
        if space.is_bottom_up() && height != width {
            return Err(user(format!(
                "input is {height}x{width}, accepted for space {}: equal sides",
                self.space
            )));
        }
        Ok(())
    }

    /// How training varies its samples.
    pub fn variation(&self) -> Variation {
        Variation { people: self.augment, scenes: self.scenes, pictures: self.crops }
    }

    /// Name or file of the facts, by default those of the task's best-known data set.
    pub fn facts(&self) -> Result<String> {
        let default = match SpaceSpec::preset(&self.space)?.joints() {
            Some(_) => "coco",
            None => "cityscapes",
        };
        Ok(self.facts.clone().unwrap_or_else(|| default.to_owned()))
    }

    /// The space with as many outputs as the data set has joints or classes.
    pub fn space(&self) -> Result<SpaceSpec> {
        let mut space = SpaceSpec::preset(&self.space)?;
        let first = self.facts()?;
        let second = self.second.as_ref().map_or("cityscapes", |second| &second.facts);
        for (index, head) in space.heads.iter_mut().enumerate() {
            let facts = if index == 0 { &*first } else { second };
            match head {
                Head::TopDown { joints } | Head::BottomUp { joints } => {
                    *joints = keypoint_facts(facts)?.joints.len();
                }
                Head::Segmentation { classes } => {
                    *classes = segmentation_facts(facts)?.classes.len();
                }
            }
        }
        Ok(space)
    }
}

/// Built-in facts of joints by name, others from a file.
pub fn keypoint_facts(name: &str) -> Result<KeypointFacts> {
    match name {
        "coco" => Ok(KeypointFacts::coco()),
        "crowdpose" => Ok(KeypointFacts::crowdpose()),
        path if Path::new(path).exists() => Ok(KeypointFacts::read(path)?),
        other => Err(user(format!("facts is {other:?}, accepted: coco, crowdpose or a RON file"))),
    }
}

/// Built-in facts of classes by name, others from a file.
pub fn segmentation_facts(name: &str) -> Result<SegmentationFacts> {
    match name {
        "cityscapes" => Ok(SegmentationFacts::cityscapes()),
        path if Path::new(path).exists() => Ok(SegmentationFacts::read(path)?),
        other => Err(user(format!("facts is {other:?}, accepted: cityscapes or a RON file"))),
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
        assert_eq!(changed.train.epochs, 3);
        assert_eq!(changed.train.sampling, scalenas_train::SubnetSampling::Largest);
        assert!(changed.train.teacher.is_some_and(|path| path.ends_with("supernet.safetensors")));
        assert_eq!(changed.train.milestones, [1, 2]);
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
