//! Description of a run: space, data of each task, options.

use std::path::PathBuf;

use scalenas_base::Size;
use scalenas_data::{DataFiles, PartFiles};
use scalenas_space::{Head, SpaceSpec};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::error::{Cause, Error, Result};
use crate::run::options::{Epochs, TrainOptions};

/// Version of `run.json` that this crate writes. It reads version 1, which has no `place`, too.
const VERSION: u32 = 2;

/// Place and size of the data of one task.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename = "SecondTask", deny_unknown_fields)]
pub struct TaskSource {
    /// Folder of the data set.
    pub data: PathBuf,
    /// Facts of joints or classes: a built-in name or a file.
    #[serde(default = "cityscapes")]
    pub facts: String,
    /// Height and width of the network's input, in pixels.
    pub input: Size,
    /// Samples per batch.
    pub batch: usize,
    /// Files of the data set and how they are read, where that is not what its layout says.
    #[serde(default, skip_serializing_if = "DataFiles::is_usual")]
    pub files: DataFiles,
}

/// Facts of a second task that names none: files hold segmentation there.
fn cityscapes() -> String {
    "cityscapes".to_owned()
}

/// Data of one task of a run.
#[derive(Debug, Clone, PartialEq)]
pub struct TaskInfo {
    /// Head that learns the task.
    pub head: Head,
    /// Place and size of its data.
    pub source: TaskSource,
}

/// Everything that a run was asked to do.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(into = "Document")]
pub struct RunInfo {
    /// Version of the program.
    pub program: String,
    /// Search space.
    pub space: SpaceSpec,
    /// Data of the tasks, in the order of the heads of the space.
    pub tasks: Vec<TaskInfo>,
    /// Training options.
    pub train: TrainOptions,
    /// Absolute path of the folder of the run, from which the paths of what was moved with it follow.
    pub place: Option<PathBuf>,
}

impl RunInfo {
    /// Describes a run of this program; `sources` are in the order of the heads of the space.
    ///
    /// # Errors
    /// If the space has another number of heads.
    pub fn new(space: SpaceSpec, sources: Vec<TaskSource>, train: TrainOptions) -> Result<Self> {
        if sources.len() != space.heads.len() {
            let (heads, found) = (space.heads.len(), sources.len());
            return Err(Error::Tasks { space: space.name, heads, found });
        }
        let program = env!("CARGO_PKG_VERSION").to_owned();
        let pairs = space.heads.iter().zip(sources);
        let tasks = pairs.map(|(&head, source)| TaskInfo { head, source }).collect();
        Ok(Self { program, space, tasks, train, place: None })
    }

    /// Reads the text of a `run.json`.
    ///
    /// # Errors
    /// If the text is no description of a run, or one of another version.
    pub(crate) fn from_json(text: &str) -> Result<Self, Cause> {
        let file: Document = serde_json::from_str(text)?;
        let Document { version, program, space, input, data, facts, files, train, second, place } =
            file;
        if !(1..=VERSION).contains(&version) {
            return Err(format!("version {version}, this program reads 1 to {VERSION}").into());
        }
        let first = TaskSource { data, facts, input, batch: train.batch, files };
        let sources = std::iter::once(first).chain(second).collect();
        Ok(Self { program, place, ..Self::new(space, sources, train)? })
    }

    /// The first option that keeps a run from being continued as `other`: key, own value, value of
    /// `other`. Options that the weights do not depend on are left out.
    pub fn first_difference(&self, other: &Self) -> Option<(String, String, String)> {
        first_difference("", &self.comparable(), &other.comparable())
    }

    /// Everything that the weights of a network trained alone depend on, but the network itself: no path, and
    /// alike on every machine.
    pub fn recipe(&self) -> Value {
        let mut recipe = self.comparable();
        let (train, own) = (&mut recipe["train"], &self.train);
        train["sampling"] = Value::Null;
        train["epochs"] = own.schedule.epochs.number().into();
        train["initial"] = own.weights.initial.is_some().into();
        train["teacher"] = own.weights.teacher.is_some().into();
        recipe
    }

    /// The first difference between a recipe that was kept and one of today: key, and the value of either. An
    /// option of training or of the files that the kept one lacks had its default; options without effect do not
    /// count.
    pub fn recipe_difference(kept: &Value, today: &Value) -> Option<(String, String, String)> {
        let mut kept = kept.clone();
        complete(&mut kept, "train", serde_json::to_value(TrainOptions::default()));
        complete(&mut kept, "files", serde_json::to_value(DataFiles::default()));
        let [kept, today] = [kept, today.clone()].map(effective);
        let other_way =
            || first_difference("", &today, &kept).map(|(key, now, then)| (key, then, now));
        first_difference("", &kept, &today).or_else(other_way)
    }

    /// Options that the weights depend on.
    fn comparable(&self) -> Value {
        let mut info = self.clone();
        let train = &mut info.train;
        // Some courses depend on the length of the run.
        let falls_to_the_end = train.schedule.poly.or(train.schedule.cosine).is_some();
        if !falls_to_the_end && train.distillation.end.is_none() {
            train.schedule.epochs = Epochs::Auto;
        }
        (train.workers, train.log_every, train.checkpoints.keep) = (0, 0, 0);
        train.tensorboard = false;
        info.program.clear();
        info.place = None;
        for task in &mut info.tasks {
            task.source.data = PathBuf::new();
            let files = &mut task.source.files;
            (files.train, files.val) = (PartFiles::default(), PartFiles::default());
            // Facts count by content: a run has a copy of its own.
            if let Ok(content) = std::fs::read_to_string(&task.source.facts) {
                task.source.facts = content;
            }
        }
        serde_json::to_value(info).unwrap_or_default()
    }

    /// The data of a head.
    pub fn task(&self, head: Head) -> Option<&TaskInfo> {
        self.tasks.iter().find(|task| task.head == head)
    }

    /// The task whose input decides costs and whose folder names the run in messages: the first.
    pub fn leading(&self) -> &TaskSource {
        &self.tasks.first().expect("a space has a head").source
    }
}

/// Serialised form: the first task at the top level, with its batch among the options, and the
/// second one, if there is one, under a key of its own.
#[derive(Serialize, Deserialize)]
#[serde(rename = "RunInfo", deny_unknown_fields)]
struct Document {
    version: u32,
    program: String,
    space: SpaceSpec,
    input: Size,
    data: PathBuf,
    facts: String,
    #[serde(default, skip_serializing_if = "DataFiles::is_usual")]
    files: DataFiles,
    train: TrainOptions,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    second: Option<TaskSource>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    place: Option<PathBuf>,
}

impl From<RunInfo> for Document {
    fn from(info: RunInfo) -> Self {
        let mut sources = info.tasks.into_iter().map(|task| task.source);
        let TaskSource { data, facts, input, batch, files } =
            sources.next().expect("a space has a head");
        Self {
            version: VERSION,
            program: info.program,
            space: info.space,
            input,
            data,
            facts,
            files,
            train: TrainOptions { batch, ..info.train },
            second: sources.next(),
            place: info.place,
        }
    }
}

/// Adds the keys that a group of a document lacks, where it has the group.
fn complete(document: &mut Value, group: &str, usual: serde_json::Result<Value>) {
    let keys = document.get_mut(group).and_then(Value::as_object_mut);
    if let (Some(keys), Ok(Value::Object(usual))) = (keys, usual) {
        for (key, value) in usual {
            keys.entry(key).or_insert(value);
        }
    }
}

/// A recipe without the options that change nothing in it: milestones where the learning rate follows another
/// course, and the rhythm of validations that end nothing.
fn effective(mut recipe: Value) -> Value {
    let Some(train) = recipe.get_mut("train").and_then(Value::as_object_mut) else { return recipe };
    let is_set = |key: &str| train.get(key).is_some_and(|value| !value.is_null() && *value != 0);
    let (has_course, may_end) = (is_set("cosine") || is_set("poly"), is_set("patience"));
    let unused = [("milestones", has_course), ("decay", has_course), ("validate_every", !may_end)];
    for (key, _) in unused.into_iter().filter(|(_, is_unused)| *is_unused) {
        train.remove(key);
    }
    recipe
}

/// The first value in which two documents differ, with its path and both values.
fn first_difference(path: &str, a: &Value, b: &Value) -> Option<(String, String, String)> {
    if let (Some(left), Some(right)) = (a.as_object(), b.as_object()) {
        return left.iter().find_map(|(key, value)| {
            let path = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
            first_difference(&path, value, right.get(key).unwrap_or(&Value::Null))
        });
    }
    (a != b).then(|| (path.to_owned(), a.to_string(), b.to_string()))
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroUsize;

    use super::*;

    fn source(data: &str, facts: &str, batch: usize) -> TaskSource {
        TaskSource {
            data: data.into(),
            facts: facts.to_owned(),
            input: Size::new(64, 128),
            batch,
            files: DataFiles::default(),
        }
    }

    #[test]
    fn files_keep_the_keys_of_earlier_versions() {
        let space = SpaceSpec::preset("tiny_multitask").expect("a preset");
        let sources = vec![source("people", "coco", 4), source("streets", "cityscapes", 2)];
        let train = TrainOptions { batch: 4, ..TrainOptions::default() };
        let info = RunInfo::new(space, sources, train).expect("two tasks");
        let file = serde_json::to_value(&info).expect("plain data");
        assert_eq!((&file["version"], &file["data"]), (&2.into(), &"people".into()));
        assert_eq!((&file["facts"], &file["train"]["batch"]), (&"coco".into(), &4.into()));
        assert_eq!(file["second"]["data"], "streets");
        assert_eq!((&file["second"]["batch"], &file["input"][1]), (&2.into(), &128.into()));
        assert_eq!(RunInfo::from_json(&file.to_string()).expect("a run"), info);
    }

    #[test]
    fn recipes_differ_by_what_either_lacks() {
        let space = SpaceSpec::preset("tiny").expect("a preset");
        let of = |train: TrainOptions| {
            let data = vec![source("/some/where", "coco", 4)];
            RunInfo::new(space.clone(), data, train).expect("one task").recipe()
        };
        let recipe = of(TrainOptions::default());
        assert!(!recipe.to_string().contains("/some/where"), "a path in {recipe}");
        let mut kept = recipe.clone();
        assert_eq!(RunInfo::recipe_difference(&kept, &recipe), None);
        // A key of a later version, at its default and not.
        kept["train"].as_object_mut().expect("options").remove("ema");
        assert_eq!(RunInfo::recipe_difference(&kept, &recipe), None);
        let averaged = of(TrainOptions { average: Some(0.5), ..TrainOptions::default() });
        let found = RunInfo::recipe_difference(&kept, &averaged).expect("another average");
        assert_eq!(found, ("train.ema".to_owned(), "null".to_owned(), "0.5".to_owned()));
        // Options without effect: another rhythm of validations, milestones beside a cosine.
        let rhythm = |every| {
            let mut train = TrainOptions::default();
            train.validation.every = NonZeroUsize::new(every);
            of(train)
        };
        assert_eq!(RunInfo::recipe_difference(&rhythm(2), &rhythm(3)), None);
        let fallen = |milestone, cosine| {
            let mut train = TrainOptions::default();
            (train.schedule.milestones, train.schedule.cosine) = (vec![milestone], cosine);
            of(train)
        };
        let differs = |cosine| {
            RunInfo::recipe_difference(&fallen(1, cosine), &fallen(2, cosine)).map(|found| found.0)
        };
        assert_eq!(differs(Some(0.1)), None);
        assert_eq!(differs(None).as_deref(), Some("train.milestones"));
        for lacking in ["space", "train", "input"] {
            let mut kept = recipe.clone();
            kept.as_object_mut().expect("a recipe").remove(lacking);
            assert!(RunInfo::recipe_difference(&kept, &recipe).is_some(), "{lacking}");
        }
        assert!(RunInfo::recipe_difference(&Value::Null, &recipe).is_some());
    }

    #[test]
    fn every_head_needs_data() {
        let space = SpaceSpec::preset("tiny_multitask").expect("a preset");
        let said = RunInfo::new(space, vec![source("people", "coco", 4)], TrainOptions::default());
        let said = said.expect_err("one task is missing").to_string();
        assert!(said.contains("has 2 tasks, but there is data for 1"), "{said}");
    }
}
