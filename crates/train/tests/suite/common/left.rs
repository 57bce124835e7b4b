//! Files that a run leaves behind, in a form in which two runs can be compared bit by bit.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use burn::module::{Module, ParamId};
use burn::optim::Optimizer;
use burn::optim::adaptor::OptimizerAdaptor;
use burn::record::{FullPrecisionSettings, NamedMpkFileRecorder, Recorder};
use burn::tensor::TensorData;
use scalenas_model::{NamedParameters, Parameter, Supernet};
use scalenas_train::{Adam, AdamState, Record, TaskLearner, read_metrics};

use super::{DEVICE, Place, Train, spec};

type Learner = TaskLearner<Train>;
type Moments = <OptimizerAdaptor<Adam, Learner, Train> as Optimizer<Learner, Train>>::Record;

/// Weights, running statistics, state of Adam and metrics at the end of a run.
#[derive(PartialEq)]
pub struct Left {
    /// Bytes of the result: weights and running statistics.
    pub weights: Vec<u8>,
    /// Steps, means of gradients and of their squares, by parameter.
    pub moments: BTreeMap<String, (usize, TensorData, TensorData)>,
    /// Lines, without speeds.
    pub metrics: Vec<Record>,
}

impl Left {
    /// Reads the files of the run of a name.
    pub fn read(place: &Place, run: &str) -> Self {
        let folder = place.path(run);
        Self {
            weights: fs::read(folder.join("supernet.safetensors")).unwrap(),
            moments: moments(&checkpoints(&folder).pop().unwrap()),
            metrics: metrics(&folder),
        }
    }

    /// Asserts that nothing differs; the message names the first difference.
    pub fn same(&self, other: &Self, what: &str) {
        assert_eq!(self.metrics, other.metrics, "metrics, {what}");
        assert!(self.weights == other.weights, "weights or statistics, {what}");
        assert!(self.moments == other.moments, "optimiser, {what}");
    }
}

/// Metrics without speeds.
pub fn metrics(run: &Path) -> Vec<Record> {
    let mut lines = read_metrics(&run.join("metrics.jsonl")).unwrap();
    for line in &mut lines {
        line.images_per_second = None;
    }
    lines
}

/// Checkpoints of a run, ascending.
pub fn checkpoints(run: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(run.join("checkpoints")).unwrap();
    let mut folders: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    folders.sort();
    folders
}

/// Iteration of a checkpoint.
pub fn iteration(checkpoint: &Path) -> u64 {
    checkpoint.file_name().unwrap().to_str().unwrap().parse().unwrap()
}

/// State of Adam by parameter; nothing for other optimisers. Parameters' own ids differ between runs.
pub fn moments(checkpoint: &Path) -> BTreeMap<String, (usize, TensorData, TensorData)> {
    let recorder = NamedMpkFileRecorder::<FullPrecisionSettings>::new();
    let file = |name: &str| checkpoint.join(format!("{name}-{}", iteration(checkpoint)));
    let record = recorder.load(file("model"), &DEVICE).unwrap();
    let mut learner =
        TaskLearner { supernet: Supernet::<Train>::new(&spec(), 0, &DEVICE) }.load_record(record);
    let Ok(moments) = recorder.load::<Moments>(file("optimizer"), &DEVICE) else {
        return BTreeMap::new();
    };
    let mut named = BTreeMap::new();
    learner.supernet.for_each(&mut |name, parameter| {
        let state = match parameter {
            Parameter::Kernel(parameter) => state::<4>(&moments, parameter.id),
            Parameter::Vector(parameter) => state::<1>(&moments, parameter.id),
        };
        named.extend(state.map(|state| (name.to_owned(), state)));
    });
    named
}

fn state<const D: usize>(
    moments: &Moments,
    id: ParamId,
) -> Option<(usize, TensorData, TensorData)> {
    let AdamState { time, mean, square } = moments.get(&id)?.clone().into_state::<D>();
    Some((time, mean.into_data(), square.into_data()))
}
