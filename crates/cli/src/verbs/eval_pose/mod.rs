//! `eval-pose`: keypoint AP of a file of results, or of a network on a data set.

mod arguments;
mod options;
mod scored;
mod target;

use std::path::Path;

use anyhow::Result;
use scalenas_data::KeypointFacts;
use scalenas_eval::{CocoResult, Results, results};
use scalenas_kernels::KernelBackend;
use scalenas_model::{InferenceNet, ScaleNet};
use scalenas_space::{Head, SpaceSpec};
use scalenas_train::{CalibratedSubnet, CalibrationSource, RunFolder, SingleHead};

use crate::arguments::PoseHead;
use crate::context::device::on_device;
use crate::context::ready;
use crate::data::facts::{facts_of, keypoint_facts, of_category};
use crate::data::{Described, Origin, Split, in_folder};
use crate::error::user;
use crate::experiment::Experiment;
use crate::files::{check_folder, check_target, make_parent};
use crate::networks;
use crate::render::Output;
use crate::task::{Request, facts_of_data, keypoints, room, scoring};
pub use arguments::Arguments;
use scored::{Scope, Scored, Scorer};
use target::Target;

/// Scores a network, or a file of results.
pub fn run(arguments: &Arguments, output: Output) -> Result<()> {
    ready::require(arguments.device.choice)?;
    check_target("--out", arguments.out.as_deref())?;
    check_folder("--pictures", arguments.pictures.as_deref())?;
    let scored = match (&arguments.results, &arguments.annotations) {
        (Some(found), Some(annotations)) => {
            let facts = arguments.facts.as_deref().unwrap_or(keypoints::DEFAULT_FACTS);
            let (facts, above) = (facts_in_category(facts, arguments)?, arguments.count_above);
            let images = arguments.images.clone().unwrap_or_default();
            let files = Split::whole(annotations.clone(), images);
            let reading = arguments.data.reading();
            let scorer =
                Scorer::new(&facts, &Scope { files, reading, is_counted: above.is_some() })?;
            let list = results::read(found)?;
            Some(Scored::new(&scorer, Results::File(found), &list, above)?)
        }
        _ => on_device!(arguments.device.choice, score_network(arguments, output))?,
    };
    let Some(scored) = scored else { return Ok(()) };
    scored.report(output)?;
    match &arguments.results {
        // Figures of an empty list would be 0, but an empty list is a mistake of whoever wrote it.
        Some(file) if scored.detections == 0 => {
            Err(user(format!("{}: the list of results is empty", file.display())))
        }
        _ => Ok(()),
    }
}

fn facts_in_category(name: &str, arguments: &Arguments) -> Result<KeypointFacts> {
    Ok(of_category(keypoint_facts(name)?, arguments.category.as_deref()))
}

fn score_network<B: KernelBackend>(
    arguments: &Arguments,
    output: Output,
    device: &B::Device,
) -> Result<Option<Scored>> {
    let (target, found) = match (&arguments.network.run, &arguments.network.weights) {
        (Some(run), _) => score_run::<B>(arguments, &RunFolder::open(run)?, output, device)?,
        (None, Some(weights)) => score_file::<B>(arguments, weights, output, device)?,
        (None, None) => return Err(user("give --run, --weights or --results")),
    };
    if let Some(path) = &arguments.out {
        make_parent(path).map_err(|e| user(format!("failed to write {}: {e}", path.display())))?;
        results::write(path, &found)?;
    }
    let Some(scorer) = &target.scorer else {
        output.say(format!(
            "{} results written; without annotations, nothing is scored",
            found.len()
        ));
        return Ok(None);
    };
    Scored::new(scorer, Results::Memory(&found), &found, arguments.count_above).map(Some)
}

fn score_run<B: KernelBackend>(
    arguments: &Arguments,
    run: &RunFolder,
    output: Output,
    device: &B::Device,
) -> Result<(Target, Vec<CocoResult>)> {
    let precision = arguments.precision.settle(arguments.device.choice, output)?;
    let info = run.info();
    let search = networks::search(run)?;
    let architecture = networks::of_run(run, arguments.network.arch.as_deref(), search.as_ref())?;
    let supernet = networks::supernet::<B>(run, device)?;
    let head = head(arguments, &info.space, run.path())?;
    let source = &info.task(head).expect("a run has data for every head").source;
    let facts = match &arguments.facts {
        Some(name) => keypoint_facts(name)?,
        None => facts_of(source)?,
    };
    let facts = of_category(facts, arguments.category.as_deref());
    let input = arguments.input.unwrap_or(source.input);
    let data = arguments.data.folder.as_ref().unwrap_or(&source.data);
    let moved = in_folder(source, data)?;
    let variation = Experiment::from_run(run, &[])?.variation();
    let view = (input, arguments.framing(variation.framing(source)));
    let target =
        Target::new(arguments, Origin::Run(&moved), &facts, (&info.space, run.path()), view)?;
    let request = Request {
        info,
        // Calibration takes the pictures that the supernet was trained on, if they exist.
        data: if source.data.exists() { &source.data } else { data },
        variation,
        max_samples: 0,
        reading: arguments.data.reading_of_run(),
    };
    let source = CalibrationSource::read(&request.training(head)?, &info.train, device)?;
    let source = source.in_format(precision);
    let subnet = CalibratedSubnet::new(&supernet, &architecture, &source);
    let found = target.predict(&subnet, arguments, output, device)?;
    Ok((target, found))
}

fn score_file<B: KernelBackend>(
    arguments: &Arguments,
    weights: &Path,
    output: Output,
    device: &B::Device,
) -> Result<(Target, Vec<CocoResult>)> {
    let precision = arguments.precision.settle(arguments.device.choice, output)?;
    let network = ScaleNet::<B>::load(weights, device)?;
    let space = network.spec();
    let head = head(arguments, space, weights)?;
    let described = Described::beside(weights)?;
    let asked = arguments.facts.as_deref().or(described.facts.as_deref());
    let facts = facts_of_data(asked, arguments.data.folder.as_deref(), room(head), output)?;
    let facts = facts_in_category(&facts, arguments)?;
    let input = arguments.input.or(described.input).unwrap_or(room(head).usual_input());
    let data = Origin::Folder(arguments.data.folder.as_deref());
    let view = (input, arguments.framing(described.framing));
    let target = Target::new(arguments, data, &facts, (space, weights), view)?;
    let folded: InferenceNet<B> = network.fold().with_format(precision.dtype());
    let network = SingleHead::new(folded, network.spec(), head).expect("the head of the space");
    let found = target.predict(&network, arguments, output, device)?;
    Ok((target, found))
}

/// Head of a space that predicts joints, by the requested method.
fn head(arguments: &Arguments, space: &SpaceSpec, path: &Path) -> Result<Head> {
    let origin = path.display();
    let found = space.heads.iter().find_map(|&head| match head {
        Head::TopDown { .. } => Some((head, PoseHead::TopDown, "top-down")),
        Head::BottomUp { .. } => Some((head, PoseHead::BottomUp, "bottom-up")),
        Head::Segmentation { .. } | Head::Classification { .. } => None,
    });
    let Some((head, kind, name)) = found else {
        return Err(user(format!("{origin} predicts no joints; score it with {}", scoring(space))));
    };
    match arguments.head {
        Some(asked) if asked != kind => {
            Err(user(format!("{origin} finds people {name}; accepted: --head {name}, or none")))
        }
        _ => {
            options::check(arguments, kind, path)?;
            room(head).check_scales(&arguments.scales)?;
            Ok(head)
        }
    }
}
