//! `eval-seg`: mean IoU of a network on labelled pictures, overlays, submissions.

mod arguments;
mod results;
mod target;

use std::path::Path;

use anyhow::Result;
use scalenas_eval::semantic::SemanticStats;
use scalenas_kernels::KernelBackend;
use scalenas_model::{InferenceNet, ScaleNet};
use scalenas_space::{Head, SpaceSpec};
use scalenas_train::{CalibratedSubnet, CalibrationSource, RunFolder, SingleHead};

use self::results::report;
use self::target::Target;
use crate::context::device::on_device;
use crate::context::ready;
use crate::data::facts::segmentation_facts;
use crate::data::{Described, Origin, in_folder, report_skipped};
use crate::error::user;
use crate::experiment::Experiment;
use crate::files::check_folder;
use crate::networks;
use crate::render::Output;
use crate::task::{Request, facts_of_data, room, scoring, warn_of_extent};
pub use arguments::Arguments;

/// Scores a network, or a file of results.
pub fn run(arguments: &Arguments, output: Output) -> Result<()> {
    ready::require(arguments.device.choice)?;
    check_folder("--pictures", arguments.pictures.as_deref())?;
    check_folder("--submission", arguments.submission.as_deref())?;
    let (target, stats) = on_device!(arguments.device.choice, score(arguments, output))?;
    report_skipped(&target.pictures.skipped(), output);
    report(&target, &stats, output)
}

fn score<'a, B: KernelBackend>(
    arguments: &'a Arguments,
    output: Output,
    device: &B::Device,
) -> Result<(Target<'a>, SemanticStats)> {
    match (&arguments.network.run, &arguments.network.weights) {
        (Some(run), _) => score_run::<B>(arguments, &RunFolder::open(run)?, output, device),
        (None, Some(weights)) => score_file::<B>(arguments, weights, output, device),
        (None, None) => Err(user("give --run or --weights")),
    }
}

fn score_run<'a, B: KernelBackend>(
    arguments: &'a Arguments,
    run: &RunFolder,
    output: Output,
    device: &B::Device,
) -> Result<(Target<'a>, SemanticStats)> {
    let precision = arguments.precision.settle(arguments.device.choice, output)?;
    let info = run.info();
    let head = head(&info.space, run.path())?;
    let search = networks::search(run)?;
    let architecture = networks::of_run(run, arguments.network.arch.as_deref(), search.as_ref())?;
    let supernet = networks::supernet::<B>(run, device)?;
    let source = &info.task(head).expect("a run has data for every head").source;
    let facts = segmentation_facts(arguments.facts.as_deref().unwrap_or(&source.facts))?;
    let data = arguments.data.folder.as_ref().unwrap_or(&source.data);
    let moved = in_folder(source, data)?;
    let target = Target::new(arguments, &info.space, &facts, Origin::Run(&moved), run.path())?;
    if arguments.window.is_none() {
        let learnt = info.task(head).expect("a run has data for every head").source.input;
        warn_of_extent(learnt, &target.pictures);
    }
    let request = Request {
        info,
        // Calibration takes the pictures that the supernet was trained on, if they exist.
        data: if source.data.exists() { &source.data } else { data },
        variation: Experiment::from_run(run, &[])?.variation(),
        max_samples: 0,
        reading: arguments.data.reading_of_run(),
    };
    let source = CalibrationSource::read(&request.training(head)?, &info.train, device)?;
    let source = source.in_format(precision);
    let subnet = CalibratedSubnet::new(&supernet, &architecture, &source);
    let stats = target.predict(&subnet, output, device)?;
    Ok((target, stats))
}

fn score_file<'a, B: KernelBackend>(
    arguments: &'a Arguments,
    weights: &Path,
    output: Output,
    device: &B::Device,
) -> Result<(Target<'a>, SemanticStats)> {
    let precision = arguments.precision.settle(arguments.device.choice, output)?;
    let network = ScaleNet::<B>::load(weights, device)?;
    let head = head(network.spec(), weights)?;
    let described = Described::beside(weights)?.facts;
    let asked = arguments.facts.as_deref().or(described.as_deref());
    let facts = facts_of_data(asked, arguments.data.folder.as_deref(), room(head), output)?;
    let facts = segmentation_facts(&facts)?;
    let data = Origin::Folder(arguments.data.folder.as_deref());
    let target = Target::new(arguments, network.spec(), &facts, data, weights)?;
    let folded: InferenceNet<B> = network.fold().with_format(precision.dtype());
    let network = SingleHead::new(folded, network.spec(), head).expect("the head of the space");
    let stats = target.predict(&network, output, device)?;
    Ok((target, stats))
}

/// Head of a space that predicts classes.
fn head(space: &SpaceSpec, origin: &Path) -> Result<Head> {
    let classes = |head: &&Head| matches!(head, Head::Segmentation { .. });
    space.heads.iter().find(classes).copied().ok_or_else(|| {
        let verbs = scoring(space);
        user(format!("{} predicts no classes of pixels; score it with {verbs}", origin.display()))
    })
}
