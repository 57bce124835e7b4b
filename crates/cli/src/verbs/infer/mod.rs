//! `infer`: predictions on plain pictures and videos.

mod arguments;
mod boxes;
mod inputs;
mod results;

use std::path::Path;
use std::time::Instant;

use anyhow::Result;
use scalenas_data::BoxSource;
use scalenas_kernels::KernelBackend;
use scalenas_train::{Precision, SingleHead};

use crate::arguments::NetworkArguments;
use crate::context::device::on_device;
use crate::context::ready;
use crate::error::user;
use crate::files::{check_folder, check_target};
use crate::networks::single::{Kind, Selection, Single};
use crate::render::{Output, pictures};
use crate::task::{self, BoxAround, InferRequest, Picture, room};
pub use arguments::Arguments;
use boxes::Boxes;
use inputs::{Files, Inputs};

/// Score below which joints are not visible.
const LEAST_JOINT_SCORE: f64 = 0.05;

/// Predicts the pictures that the arguments name.
pub fn run(arguments: &Arguments, output: Output) -> Result<()> {
    ready::require(arguments.device.choice)?;
    check_target("--out", arguments.out.as_deref())?;
    check_target("--csv", arguments.csv.as_deref())?;
    check_folder("--pictures", arguments.pictures.as_deref())?;
    check_folder("--labels", arguments.labels.as_deref())?;
    let precision = arguments.precision.settle(arguments.device.choice, output)?;
    on_device!(arguments.device.choice, infer(arguments, precision, output))
}

fn infer<B: KernelBackend>(
    arguments: &Arguments,
    precision: Precision,
    output: Output,
    device: &B::Device,
) -> Result<()> {
    let accept = |kind: &Kind<'_>| check(kind, arguments);
    let files = Files::find(&arguments.inputs, arguments.data.reading(), output)?;
    let boxes = Boxes::read(arguments.boxes.as_deref())?;
    boxes.check_architecture(arguments.boxes_arch.as_deref())?;
    let asked = (arguments, precision);
    let single = load::<B>(asked, &arguments.network, &accept, device)?;
    let inputs = files.open(output)?;
    let people = match &boxes {
        Boxes::Needless if !room(single.head).takes_boxes() => Vec::new(),
        // Refused unless the network has learnt to look at whole pictures.
        Boxes::Needless | Boxes::Whole => boxes::whole(&inputs.pictures),
        Boxes::Run(run) => find_boxes::<B>(asked, run, &inputs.pictures, output, device)?,
        Boxes::Named(file, named) => boxes::of_file(file, named, &inputs.pictures)?,
    };
    let request = request(arguments, &single, &inputs.pictures, &people, output);
    let network = single_head(&single, precision);
    let start = Instant::now();
    let predicted = task::infer::<B>(single.head, &network, &request, device)?;
    let seconds = start.elapsed().as_secs_f64();
    results::write(arguments, &inputs.pictures, &*predicted)?;
    let videos = put_videos_together(arguments, &inputs)?;
    results::report(arguments, &inputs.pictures, &*predicted, (seconds, &videos), output)
}

/// Loads a network of a run or file.
fn load<B: KernelBackend>(
    (arguments, precision): (&Arguments, Precision),
    network: &NetworkArguments,
    accept: &dyn Fn(&Kind<'_>) -> Result<()>,
    device: &B::Device,
) -> Result<Single<B>> {
    let (data, task) = (&arguments.data, arguments.task);
    Single::load(&Selection { network, data, precision, task, accept }, device)
}

/// The folded network.
fn single_head<B: KernelBackend>(
    single: &Single<B>,
    precision: Precision,
) -> SingleHead<scalenas_model::InferenceNet<B>> {
    let network = single.network.fold().with_format(precision.dtype());
    SingleHead::new(network, single.network.spec(), single.head).expect("the head of the space")
}

/// Refuses what cannot be predicted as asked.
fn check(kind: &Kind<'_>, arguments: &Arguments) -> Result<()> {
    let (room, origin) = (room(kind.head), kind.origin.display());
    kind.check(arguments.facts.as_deref(), arguments.input)?;
    kind.check_padding(arguments.box_padding)?;
    room.check_scales(&arguments.scales)?;
    match (room.takes_boxes(), &arguments.boxes) {
        (true, None) if kind.framing.boxes == BoxSource::Whole => Ok(()),
        (true, None) => Err(user(format!(
            "{origin} takes a person at a time; give --boxes whole, a JSON file of boxes, or the run of a \
             bottom-up network"
        ))),
        (false, Some(boxes)) => Err(user(format!(
            "--boxes {}: {origin} takes whole pictures; leave it out",
            boxes.display()
        ))),
        _ if arguments.labels.is_some() && !room.writes_labels() => Err(user(format!(
            "--labels: {origin} predicts no class per pixel; accepted: --out, --csv, --pictures"
        ))),
        _ => check_scores(kind, arguments),
    }
}

/// Refuses scores of people where none are found.
fn check_scores(kind: &Kind<'_>, arguments: &Arguments) -> Result<()> {
    let (room, origin) = (room(kind.head), kind.origin.display());
    let given = [
        ("--least-score", arguments.least_score),
        ("--least-joint-score", arguments.least_joint_score),
    ];
    match given.into_iter().find(|(_, score)| score.is_some()) {
        Some((option, _)) if !(room.takes_boxes() || room.finds_people()) => {
            Err(user(format!("{option}: {origin} finds no people; accepted: no score of people")))
        }
        _ => Ok(()),
    }
}

fn request<'a, B: KernelBackend>(
    arguments: &'a Arguments,
    single: &'a Single<B>,
    pictures: &'a [Picture],
    boxes: &'a [BoxAround],
    output: Output,
) -> InferRequest<'a> {
    InferRequest {
        pictures,
        boxes,
        facts: arguments.facts.as_deref().unwrap_or(&single.facts),
        input: arguments.input.unwrap_or(single.input),
        framing: single.framing.padded(arguments.box_padding),
        cell: single.network.spec().coarsest_stride(),
        flip: arguments.flip_test.into(),
        scales: &arguments.scales,
        batch: arguments.batch,
        workers: arguments.workers,
        reading: arguments.data.reading(),
        least_score: arguments.least_score.unwrap_or(0.0),
        least_joint_score: arguments.least_joint_score.unwrap_or(LEAST_JOINT_SCORE),
        drawn: arguments.pictures.as_deref(),
        labels: arguments.labels.as_deref(),
        output,
    }
}

/// Boxes around the people whom the network of a run finds in whole pictures.
fn find_boxes<B: KernelBackend>(
    asked @ (arguments, precision): (&Arguments, Precision),
    run: &Path,
    pictures: &[Picture],
    output: Output,
    device: &B::Device,
) -> Result<Vec<BoxAround>> {
    let accept = |kind: &Kind<'_>| {
        let room = room(kind.head);
        if room.finds_people() || room.takes_boxes() && kind.framing.boxes == BoxSource::Whole {
            return Ok(());
        }
        Err(user(format!(
            "--boxes {}: finds nobody in whole pictures; accepted: the run of a bottom-up network, or one \
             that learnt whole pictures of one person each (`--boxes whole`)",
            run.display()
        )))
    };
    let arch = arguments.boxes_arch.clone();
    let network = NetworkArguments { run: Some(run.to_owned()), weights: None, arch };
    let finder = load::<B>(asked, &network, &accept, device)?;
    let whole = if room(finder.head).takes_boxes() { boxes::whole(pictures) } else { Vec::new() };
    let request = InferRequest {
        facts: &finder.facts,
        input: finder.input,
        framing: finder.framing,
        cell: finder.network.spec().coarsest_stride(),
        drawn: None,
        labels: None,
        ..request(arguments, &finder, pictures, &whole, output)
    };
    task::find_boxes(&single_head(&finder, precision), &request, device)
}

/// Drawn frames as videos.
fn put_videos_together(arguments: &Arguments, inputs: &Inputs) -> Result<Vec<std::path::PathBuf>> {
    let Some(folder) = &arguments.pictures else { return Ok(Vec::new()) };
    let videos = inputs
        .videos
        .iter()
        .map(|video| video.put_together(folder, &pictures::file::folder(folder, video.short())));
    videos.collect()
}
