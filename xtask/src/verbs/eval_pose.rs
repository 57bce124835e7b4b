//! `eval-pose`: COCO keypoint AP of a file of results, or of a network on a data set.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Result;
use scalenas_data::{KeypointFacts, PoseDataset, detection_boxes, detections};
use scalenas_eval::{KeypointEvaluation, KeypointEvaluator, KeypointStats, Sigmas, results};
use scalenas_kernels::KernelBackend;
use scalenas_model::{InferenceNet, ScaleNet};
use scalenas_space::{CostModel, Head, SpaceSpec};
use scalenas_train::{
    Calibrated, CalibrationSource, EvaluateOptions, Evaluated, FlipTest, Part, RunFolder, evaluate,
};

use crate::cli::{EvalPose as Arguments, Flip};
use crate::config::{Experiment, keypoint_facts};
use crate::data::{People, Split, bad_images, say_skipped, split};
use crate::device;
use crate::fault::user;
use crate::networks;
use crate::on_device;
use crate::output::{Output, check_target, make_parent, table, write_file};
use crate::pictures;
use crate::progress::Shown;
use crate::task::{Request, training};

/// Input of a network file that does not say.
const DEFAULT_INPUT: (usize, usize) = (256, 192);

/// Scores what is asked for.
pub fn run(arguments: &Arguments, output: Output) -> Result<()> {
    device::require(arguments.device)?;
    check_target("--out", arguments.out.as_deref())?;
    let evaluation = match (&arguments.results, &arguments.annotations) {
        (Some(found), Some(annotations)) => score_file(arguments, found, annotations)?,
        _ => on_device!(arguments.device, score_network(arguments, output))?,
    };
    if evaluation.has_zero_id {
        output
            .say("warning: an annotation has id 0, which COCO counts as missed whatever is found");
    }
    output.result(&evaluation.stats, stats_table(&evaluation.stats))?;
    match &arguments.results {
        // The figures of nothing are 0, but a list without results is a mistake upstream.
        Some(file) if evaluation.detections == 0 => {
            Err(user(format!("{}: the list of results is empty", file.display())))
        }
        _ => Ok(()),
    }
}

/// The ten figures as a table.
pub fn stats_table(stats: &KeypointStats) -> String {
    let (names, values): (Vec<_>, Vec<_>) =
        stats.entries().iter().map(|&(name, value)| (name, format!("{value:.4}"))).unzip();
    table(&names, &[values])
}

fn score_file(
    arguments: &Arguments,
    found: &Path,
    annotations: &Path,
) -> Result<KeypointEvaluation> {
    let facts = facts(arguments, "coco")?;
    let sigmas = Sigmas::new(facts.sigmas)?;
    Ok(KeypointEvaluator::read(annotations, &sigmas)?.evaluate(found)?)
}

fn facts(arguments: &Arguments, default: &str) -> Result<KeypointFacts> {
    keypoint_facts(arguments.facts.as_deref().unwrap_or(default))
}

/// The people to predict, as the arguments say.
struct Target {
    people: People,
    dataset: Arc<PoseDataset>,
}

impl Target {
    fn new(
        arguments: &Arguments,
        data: Option<&Path>,
        facts: &KeypointFacts,
        input: (usize, usize),
    ) -> Result<Self> {
        let people = People::read(files(arguments, data)?, facts, input)?;
        let bad = bad_images(arguments.skip_bad_images);
        let dataset = match &arguments.detections {
            None => people.annotated(0, bad)?,
            Some(path) => {
                let found = detections::read(path)?;
                let threshold = arguments.box_threshold;
                let boxes = detection_boxes(&people.coco, input, &found, threshold);
                if boxes.is_empty() {
                    return Err(user(format!(
                        "{}: none of its {} boxes has a score of at least {threshold} and a picture \
                         of {}",
                        path.display(),
                        found.len(),
                        people.files.annotations.display(),
                    )));
                }
                people.boxes(boxes, bad)?
            }
        };
        Ok(Self { people, dataset })
    }
}

fn files(arguments: &Arguments, data: Option<&Path>) -> Result<Split> {
    let whole = match data {
        Some(root) if arguments.annotations.is_none() => Some(split(root, &arguments.split)?),
        _ => None,
    };
    let need = |path: &Option<PathBuf>, found: Option<PathBuf>, name: &str| {
        path.clone().or(found).ok_or_else(|| user(format!("give --data FOLDER or --{name} PATH")))
    };
    let found = |pick: fn(&Split) -> &PathBuf| whole.as_ref().map(|files| pick(files).clone());
    Ok(Split {
        annotations: need(&arguments.annotations, found(|f| &f.annotations), "annotations")?,
        images: need(&arguments.images, found(|f| &f.images), "images")?,
    })
}

fn score_network<B: KernelBackend>(
    arguments: &Arguments,
    output: Output,
    device: &B::Device,
) -> Result<KeypointEvaluation> {
    let (target, found) = match (&arguments.run, &arguments.weights) {
        (Some(run), _) => of_run::<B>(arguments, &RunFolder::open(run)?, output, device)?,
        (None, Some(weights)) => of_file::<B>(arguments, weights, output, device)?,
        (None, None) => return Err(user("give --run, --weights or --results")),
    };
    say_skipped(&target.dataset.skipped(), output);
    if let Some(path) = &arguments.out {
        make_parent(path).map_err(|e| user(format!("failed to write {}: {e}", path.display())))?;
        results::write(path, &found.results)?;
    }
    if let Some(folder) = &arguments.pictures {
        for (name, picture) in pictures::draw_all(&target.dataset, &found.candidates)? {
            write_file(&folder.join(name), picture.to_jpeg(pictures::QUALITY))?;
        }
    }
    let sigmas = Sigmas::new(target.people.facts.sigmas.clone())?;
    let evaluator = KeypointEvaluator::read(&target.people.files.annotations, &sigmas)?;
    Ok(evaluator.evaluate(&found.results)?)
}

fn of_run<B: KernelBackend>(
    arguments: &Arguments,
    run: &RunFolder,
    output: Output,
    device: &B::Device,
) -> Result<(Target, Evaluated)> {
    let info = run.info();
    let search = networks::search(run)?;
    let architecture = networks::architecture(&arguments.arch, &info.space, search.as_ref())?;
    let supernet = networks::supernet::<B>(run, device)?;
    let input = arguments.input.unwrap_or(info.input);
    check_task(&info.space, run.path())?;
    let facts = facts(arguments, &info.facts)?;
    check_network(&info.space, &facts, input, run.path())?;
    let data = arguments.data.as_ref().unwrap_or(&info.data);
    let target = Target::new(arguments, Some(data), &facts, input)?;
    // Statistics come from the pictures that the supernet learnt from, as long as they are there.
    let learnt = if info.data.exists() { &info.data } else { data };
    let request = Request {
        info,
        data: learnt,
        variation: Experiment::of_run(run, &[])?.variation(),
        most: 0,
        bad: bad_images(arguments.skip_bad_images),
    };
    let sources = CalibrationSource::all(&training(&request)?, info, device)?;
    // Poses are the first task of a network with several.
    let source = &sources[0];
    let subnet = Calibrated::new(&supernet, &architecture, source);
    let options = options(arguments);
    let found = evaluate(&subnet, &target.dataset, &options, &Shown::new(output), device)?;
    Ok((target, found))
}

fn of_file<B: KernelBackend>(
    arguments: &Arguments,
    weights: &Path,
    output: Output,
    device: &B::Device,
) -> Result<(Target, Evaluated)> {
    let network = ScaleNet::<B>::load(weights, device)?;
    let facts = facts(arguments, "coco")?;
    let input = arguments.input.unwrap_or(DEFAULT_INPUT);
    check_network(network.spec(), &facts, input, weights)?;
    let joints = facts.joints.len();
    let network: Part<InferenceNet<B>> = Part { net: network.fold(), channels: (0, joints) };
    let target = Target::new(arguments, arguments.data.as_deref(), &facts, input)?;
    let options = options(arguments);
    let found = evaluate(&network, &target.dataset, &options, &Shown::new(output), device)?;
    Ok((target, found))
}

fn check_task(space: &SpaceSpec, origin: &Path) -> Result<()> {
    match space.head {
        Head::Heatmap { .. } | Head::Multitask { .. } => Ok(()),
        Head::Segmentation { .. } => {
            let origin = origin.display();
            Err(user(format!("{origin} predicts the classes of pixels; score it with eval-seg")))
        }
    }
}

/// A network predicts the joints that are asked for, and its branches divide the input.
fn check_network(
    space: &SpaceSpec,
    facts: &KeypointFacts,
    input: (usize, usize),
    origin: &Path,
) -> Result<()> {
    CostModel::new(space, input)?;
    check_task(space, origin)?;
    let predicted = match space.head {
        Head::Heatmap { joints } | Head::Multitask { joints, .. } => joints,
        Head::Segmentation { .. } => 0,
    };
    if predicted == facts.joints.len() {
        return Ok(());
    }
    Err(user(format!(
        "{} predicts {} joints, but {} has {}; name the right joints with --facts",
        origin.display(),
        predicted,
        facts.name,
        facts.joints.len(),
    )))
}

fn options(arguments: &Arguments) -> EvaluateOptions {
    EvaluateOptions {
        batch: arguments.batch,
        flip: match arguments.flip_test {
            Flip::On => FlipTest::On,
            Flip::Off => FlipTest::Off,
        },
        ..EvaluateOptions::default()
    }
}
