//! A single network: taken out of a run's supernet and calibrated, or read from a file.

use std::path::Path;

use anyhow::Result;
use burn::tensor::Tensor;
use scalenas_base::Size;
use scalenas_data::{BoxPadding, Framing};
use scalenas_kernels::KernelBackend;
use scalenas_model::{NamedParameters, ScaleNet};
use scalenas_space::{CostModel, Head, SpaceSpec};
use scalenas_train::{CalibrationSource, Precision, RunFolder};

use super::{of_run, search, supernet};
use crate::arguments::{DataArguments, NetworkArguments, Task};
use crate::data::Described;
use crate::error::user;
use crate::experiment::Experiment;
use crate::task::{Request, room};

/// A network of one head, with what belongs to it.
pub struct Single<B: KernelBackend> {
    /// The network.
    pub network: ScaleNet<B>,
    /// Its head.
    pub head: Head,
    /// Height and width of its input.
    pub input: Size,
    /// Part of a picture that it has learnt to look at.
    pub framing: Framing,
    /// Name or file of its facts.
    pub facts: String,
    /// Normalised training pictures `[batch, 3, height, width]` in float32, of a run.
    pub pictures: Option<Tensor<B, 4>>,
}

/// Network of a run or file, as the arguments select it.
pub struct Selection<'a> {
    /// Run, file and architecture.
    pub network: &'a NetworkArguments,
    /// Data set that calibrates a subnet, where it is no longer that of the run.
    pub data: &'a DataArguments,
    /// Number format of the features that calibrate a subnet: the one that it predicts in.
    pub precision: Precision,
    /// Task, where a network has several heads.
    pub task: Option<Task>,
    /// Refuses what cannot be done with a network of this space, head, input and facts, before weights
    /// are read and pictures calibrate it.
    pub accept: &'a dyn Fn(&Kind<'_>) -> Result<()>,
}

/// Description of a network, known before its weights are read.
pub struct Kind<'a> {
    /// Space with this head alone.
    pub space: &'a SpaceSpec,
    /// The head.
    pub head: Head,
    /// Height and width of the input.
    pub input: Size,
    /// Name or file of the facts.
    pub facts: &'a str,
    /// Part of a picture that it has learnt to look at.
    pub framing: Framing,
    /// Run folder or file.
    pub origin: &'a Path,
}

impl Kind<'_> {
    /// Refuses a padding of boxes where none are cropped.
    pub fn check_padding(&self, box_padding: Option<BoxPadding>) -> Result<()> {
        if box_padding.is_none() || room(self.head).takes_boxes() {
            return Ok(());
        }
        Err(user(format!(
            "--box-padding: {} takes whole pictures; leave it out",
            self.origin.display()
        )))
    }

    /// Refuses facts with another number of names than the head has outputs, and sizes that are not of
    /// the space; without facts or a size, those of the network.
    pub fn check(&self, facts: Option<&str>, input: Option<Size>) -> Result<()> {
        let facts = facts.unwrap_or(self.facts);
        if room(self.head).head(facts)? != self.head {
            return Err(user(format!(
                "{} predicts {} outputs, but the facts {facts} have another number of names; name the \
                 right facts with --facts",
                self.origin.display(),
                self.head.outputs()
            )));
        }
        CostModel::new(self.space, input.unwrap_or(self.input))?;
        Ok(())
    }
}

impl<B: KernelBackend> Single<B> {
    /// Loads the selected network.
    pub fn load(selection: &Selection<'_>, device: &B::Device) -> Result<Self> {
        match (&selection.network.run, &selection.network.weights) {
            (Some(run), _) => Self::of_run(selection, &RunFolder::open(run)?, device),
            (None, Some(weights)) => Self::of_file(selection, weights, device),
            (None, None) => Err(user("give --run or --weights")),
        }
    }

    fn of_run(selection: &Selection<'_>, run: &RunFolder, device: &B::Device) -> Result<Self> {
        let info = run.info();
        let head = head(&info.space, selection.task, run.path())?;
        let task = &info.task(head).expect("a run has data for every head").source;
        let space = SpaceSpec { heads: vec![head], ..info.space.clone() };
        let (input, facts, origin) = (task.input, &*task.facts, run.path());
        let variation = Experiment::from_run(run, &[])?.variation();
        let framing = variation.framing(task);
        (selection.accept)(&Kind { space: &space, head, input, facts, framing, origin })?;
        let search = search(run)?;
        let architecture = of_run(run, selection.network.arch.as_deref(), search.as_ref())?;
        let supernet = supernet::<B>(run, device)?;
        let data = selection.data.folder.as_ref().unwrap_or(&task.data);
        let request = Request {
            info,
            data,
            variation,
            max_samples: 0,
            reading: selection.data.reading_of_run(),
        };
        let source = CalibrationSource::read(&request.training(head)?, &info.train, device)?;
        let pictures = source.pictures().first().cloned();
        let source = source.in_format(selection.precision);
        let plan = supernet.plan_for(&[head], &architecture);
        let calibrated = source.calibrate(&supernet, plan);
        let mut tensors = supernet.to_named();
        tensors.extend(calibrated.statistics().to_named());
        let name = origin.display().to_string();
        Ok(Self {
            network: ScaleNet::from_named(&space, &architecture, &tensors, &name, device)?,
            head,
            input,
            framing,
            facts: facts.to_owned(),
            pictures,
        })
    }

    fn of_file(selection: &Selection<'_>, weights: &Path, device: &B::Device) -> Result<Self> {
        let whole = ScaleNet::<B>::load(weights, device)?;
        let head = head(whole.spec(), selection.task, weights)?;
        let network = if whole.spec().heads.len() == 1 {
            whole
        } else {
            let space = SpaceSpec { heads: vec![head], ..whole.spec().clone() };
            let mut tensors = whole.layers().to_named();
            tensors.extend(whole.statistics().to_named());
            let origin = weights.display().to_string();
            ScaleNet::from_named(&space, whole.architecture(), &tensors, &origin, device)?
        };
        let (room, origin) = (room(head), weights);
        let described = Described::beside(weights)?;
        let input = described.input.unwrap_or(room.usual_input());
        let facts = described.facts.as_deref().unwrap_or(room.facts());
        let (space, framing) = (network.spec(), described.framing);
        (selection.accept)(&Kind { space, head, input, facts, framing, origin })?;
        let facts = facts.to_owned();
        Ok(Self { network, head, input, framing, facts, pictures: None })
    }
}

/// The head of a space that learns a task, or its only one.
fn head(space: &SpaceSpec, task: Option<Task>, origin: &Path) -> Result<Head> {
    let fits = |head: &Head| task.is_none_or(|task| task.is_learnt_by(*head));
    let fitting: Vec<Head> = space.heads.iter().copied().filter(fits).collect();
    match (fitting[..].first(), fitting.len()) {
        (Some(&head), 1) => Ok(head),
        (None, _) => Err(user(format!(
            "{} has no head for this task: {:?}; accepted: --task of one of them, or none",
            origin.display(),
            space.heads
        ))),
        _ => Err(user(format!(
            "{} has several heads: {:?}; choose one with --task",
            origin.display(),
            space.heads
        ))),
    }
}
