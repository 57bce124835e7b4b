//! Experiment files: RON with defaults, where an unknown key is an error that names the nearest.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Result;
use scalenas_data::KeypointFacts;
use scalenas_data::augment::Augment;
use scalenas_evolve::SearchConfig;
use scalenas_space::{Head, SpaceSpec};
use scalenas_train::TrainOptions;
use serde::{Deserialize, Serialize};

use crate::fault::user;

/// Version of experiment files that this program reads.
const VERSION: u32 = 1;

/// What a user writes.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Experiment {
    /// Version of the format.
    pub version: u32,
    /// Search space: pose_w32, pose_w48 or tiny.
    pub space: String,
    /// Height and width of the network's input.
    pub input: (usize, usize),
    /// Data set folder in COCO layout.
    #[serde(default)]
    pub data: Option<PathBuf>,
    /// Joints: coco, crowdpose or a RON file.
    #[serde(default = "coco")]
    pub facts: String,
    /// How crops are varied.
    #[serde(default)]
    pub augment: Augment,
    /// Training of the supernet.
    #[serde(default)]
    pub train: TrainOptions,
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
    /// Most people in a picture.
    pub people: usize,
}

fn coco() -> String {
    "coco".to_owned()
}

impl Experiment {
    /// Reads a file and applies `KEY=VALUE` changes to it.
    pub fn read(path: &Path, changes: &[String]) -> Result<Self> {
        let name = path.display();
        let text = fs::read_to_string(path)
            .map_err(|e| user(format!("failed to read {name}: {e}; see configs/ for examples")))?;
        let mut experiment: Self = parse(&text, &name.to_string())?;
        if experiment.version != VERSION {
            let found = experiment.version;
            return Err(user(format!("{name}: version is {found}, accepted: {VERSION}")));
        }
        if !changes.is_empty() {
            experiment = change(&experiment, changes)?;
        }
        experiment.train.validate()?;
        Ok(experiment)
    }

    /// Facts of the joints.
    pub fn keypoint_facts(&self) -> Result<KeypointFacts> {
        keypoint_facts(&self.facts)
    }

    /// The space with as many outputs as the data set has joints.
    pub fn space(&self) -> Result<SpaceSpec> {
        let mut space = SpaceSpec::preset(&self.space)?;
        match &mut space.head {
            Head::Heatmap { joints } => *joints = self.keypoint_facts()?.joints.len(),
            Head::Segmentation { .. } => {
                return Err(user(format!(
                    "space is {}, accepted for pose: pose_w32, pose_w48, tiny",
                    self.space
                )));
            }
        }
        Ok(space)
    }
}

/// Built-in facts by name, others from a file.
pub fn keypoint_facts(name: &str) -> Result<KeypointFacts> {
    match name {
        "coco" => Ok(KeypointFacts::coco()),
        "crowdpose" => Ok(KeypointFacts::crowdpose()),
        path if Path::new(path).exists() => Ok(KeypointFacts::read(path)?),
        other => Err(user(format!("facts is {other:?}, accepted: coco, crowdpose or a RON file"))),
    }
}

fn parse(text: &str, name: &str) -> Result<Experiment> {
    let options =
        ron::Options::default().with_default_extension(ron::extensions::Extensions::IMPLICIT_SOME);
    options.from_str(text).map_err(|error| {
        let place = error.span.start;
        let reason = match &error.code {
            ron::Error::NoSuchStructField { expected, found, outer } => {
                unknown_key(found, expected, outer.as_deref())
            }
            other => other.to_string(),
        };
        user(format!("{name} line {} column {}: {reason}", place.line, place.col))
    })
}

fn unknown_key(found: &str, expected: &[&str], outer: Option<&str>) -> String {
    let place = outer.map_or(String::new(), |outer| format!(" in {outer}"));
    let nearest = expected.iter().max_by(|a, b| {
        let similar = |key: &str| strsim::jaro_winkler(found, key);
        similar(a).total_cmp(&similar(b))
    });
    let nearest = nearest.map_or(String::new(), |key| format!("; did you mean {key}?"));
    format!("unknown key {found}{place}{nearest} accepted: {}", expected.join(", "))
}

/// Applies changes such as `train.epochs=20`; the value is RON, bare words are text.
fn change(experiment: &Experiment, changes: &[String]) -> Result<Experiment> {
    let mut document = serde_json::to_value(experiment)?;
    for change in changes {
        let (key, value) = change
            .split_once('=')
            .ok_or_else(|| user(format!("--set {change:?}, accepted: KEY=VALUE")))?;
        let mut slot = &mut document;
        for part in key.split('.') {
            let keys: Vec<String> =
                slot.as_object().map(|o| o.keys().cloned().collect()).unwrap_or_default();
            slot = slot.get_mut(part).ok_or_else(|| {
                let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
                user(format!("--set {key}: {}", unknown_key(part, &keys, None)))
            })?;
        }
        *slot = ron::from_str::<ron::Value>(value)
            .ok()
            .and_then(|value| serde_json::to_value(value).ok())
            .unwrap_or_else(|| serde_json::Value::String(value.to_owned()));
    }
    serde_json::from_value(document)
        .map_err(|error| user(format!("--set {}: {error}", changes.join(" --set "))))
}
