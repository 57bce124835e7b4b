//! `eval-seg`: mean IoU of a network on labelled pictures, overlays, submissions.

mod arguments;

use std::path::Path;
use std::sync::Arc;

use anyhow::Result;
use scalenas_data::segmentation::{
    IGNORED, LabelMap, SegmentationFacts, WholePicture, WholePictures, read_list,
};
use scalenas_eval::semantic::SemanticStats;
use scalenas_kernels::KernelBackend;
use scalenas_model::{InferenceNet, ScaleNet};
use scalenas_report::{Palette, overlay};
use scalenas_space::{Head, SpaceSpec};
use scalenas_train::segmentation::{SegmentOptions, segment_all};
use scalenas_train::{Calibrated, CalibrationSource, Network, RunFolder, SingleHead};
use serde_json::json;

use crate::context::device::{self, on_device};
use crate::data::facts::segmentation_facts;
use crate::data::say_skipped;
use crate::error::user;
use crate::experiment::Experiment;
use crate::files::write_file;
use crate::networks;
use crate::render::Shown;
use crate::render::pictures::{OPACITY, QUALITY};
use crate::render::{Output, table};
use crate::task::{Request, labelled};
pub use arguments::Arguments;

/// Threads that read pictures.
const WORKERS: usize = 2;

/// Scores a network, or a file of results.
pub fn run(arguments: &Arguments, output: Output) -> Result<()> {
    device::require(arguments.device.choice)?;
    let (scored, stats) = on_device!(arguments.device.choice, score(arguments, output))?;
    say_skipped(&scored.pictures.skipped(), output);
    report(&scored, &stats, output)
}

/// Pictures to segment, options of prediction, and files to write.
struct Scored<'a> {
    arguments: &'a Arguments,
    pictures: Arc<WholePictures>,
    options: SegmentOptions,
    palette: Palette,
}

impl<'a> Scored<'a> {
    fn new(
        arguments: &'a Arguments,
        space: &SpaceSpec,
        facts: &SegmentationFacts,
        data: Option<&Path>,
        origin: &Path,
    ) -> Result<Self> {
        let predicted = space.classes().unwrap_or(0);
        if predicted != facts.classes.len() {
            return Err(user(format!(
                "{} predicts {} classes, but {} has {}; name the right classes with --facts",
                origin.display(),
                predicted,
                facts.name,
                facts.classes.len(),
            )));
        }
        let palette = Palette::new(facts.colours()).expect("facts have classes");
        let options = SegmentOptions {
            scales: arguments.scales.clone(),
            flip: arguments.flip_test.into(),
            window: arguments.window.map(Into::into),
            ..SegmentOptions::new(space.coarsest_stride(), WORKERS)
        };
        Ok(Self { arguments, pictures: pictures(arguments, facts, data)?, options, palette })
    }

    fn predict<B: KernelBackend>(
        &self,
        net: &impl Network<B>,
        output: Output,
        device: &B::Device,
    ) -> Result<SemanticStats> {
        let mut fault = None;
        let seen = |picture: &WholePicture, classes: &[u8]| {
            // The first failure to write is the one to report; predictions go on to be counted.
            if fault.is_none() {
                fault = self.keep(picture, classes).err();
            }
            Ok(())
        };
        let shown = Shown::new(output);
        let stats = segment_all(net, &self.pictures, &self.options, &shown, device, seen)?;
        fault.map_or(Ok(stats), Err)
    }

    /// Writes the requested overlay and label picture of one picture.
    fn keep(&self, picture: &WholePicture, classes: &[u8]) -> Result<()> {
        let name = &self.pictures.list()[picture.index].name;
        if let Some(folder) = &self.arguments.pictures {
            let drawn = overlay(&picture.image, classes, &self.palette, OPACITY)?;
            write_file(&folder.join(format!("{name}.jpg")), drawn.to_jpeg(QUALITY))?;
        }
        if let Some(folder) = &self.arguments.submission {
            let ids = ids(self.pictures.facts(), classes);
            let bytes = LabelMap::encode(&ids, picture.image.size());
            write_file(&folder.join(format!("{name}_labelIds.png")), bytes)?;
        }
        Ok(())
    }
}

/// Label values of classes.
fn ids(facts: &SegmentationFacts, classes: &[u8]) -> Vec<u8> {
    let id = |&class: &u8| facts.classes.get(usize::from(class)).map_or(IGNORED, |c| c.ids[0]);
    classes.iter().map(id).collect()
}

fn pictures(
    arguments: &Arguments,
    facts: &SegmentationFacts,
    data: Option<&Path>,
) -> Result<Arc<WholePictures>> {
    let data = data.ok_or_else(|| user("give --data FOLDER"))?;
    let bad = arguments.data.bad_images();
    match &arguments.list {
        None => labelled(data, &arguments.split, facts, arguments.most, bad),
        Some(list) => {
            let mut pictures = read_list(list, data, facts)?;
            if arguments.most > 0 {
                pictures.truncate(arguments.most);
            }
            Ok(WholePictures::new(pictures, facts, bad))
        }
    }
}

fn score<'a, B: KernelBackend>(
    arguments: &'a Arguments,
    output: Output,
    device: &B::Device,
) -> Result<(Scored<'a>, SemanticStats)> {
    match (&arguments.network.run, &arguments.network.weights) {
        (Some(run), _) => of_run::<B>(arguments, &RunFolder::open(run)?, output, device),
        (None, Some(weights)) => of_file::<B>(arguments, weights, output, device),
        (None, None) => Err(user("give --run or --weights")),
    }
}

fn of_run<'a, B: KernelBackend>(
    arguments: &'a Arguments,
    run: &RunFolder,
    output: Output,
    device: &B::Device,
) -> Result<(Scored<'a>, SemanticStats)> {
    let info = run.info();
    let head = head(&info.space, run.path())?;
    let search = networks::search(run)?;
    let architecture =
        networks::architecture(&arguments.network.arch, &info.space, search.as_ref())?;
    let supernet = networks::supernet::<B>(run, device)?;
    let source = &info.task(head).expect("a run has data for every head").source;
    let facts = segmentation_facts(arguments.facts.as_deref().unwrap_or(&source.facts))?;
    let data = arguments.data.folder.as_ref().unwrap_or(&source.data);
    let scored = Scored::new(arguments, &info.space, &facts, Some(data), run.path())?;
    let request = Request {
        info,
        // Calibration takes the pictures that the supernet was trained on, if they exist.
        data: if source.data.exists() { &source.data } else { data },
        variation: Experiment::from_run(run, &[])?.variation(),
        most: 0,
        bad: arguments.data.bad_images(),
    };
    let source = CalibrationSource::read(&request.training(head)?, &info.train, device)?;
    let subnet = Calibrated::new(&supernet, &architecture, &source);
    let stats = scored.predict(&subnet, output, device)?;
    Ok((scored, stats))
}

fn of_file<'a, B: KernelBackend>(
    arguments: &'a Arguments,
    weights: &Path,
    output: Output,
    device: &B::Device,
) -> Result<(Scored<'a>, SemanticStats)> {
    let network = ScaleNet::<B>::load(weights, device)?;
    let head = head(network.spec(), weights)?;
    let facts = segmentation_facts(arguments.facts.as_deref().unwrap_or("cityscapes"))?;
    let data = arguments.data.folder.as_deref();
    let scored = Scored::new(arguments, network.spec(), &facts, data, weights)?;
    let folded: InferenceNet<B> = network.fold();
    let network = SingleHead::new(folded, network.spec(), head).expect("the head of the space");
    let stats = scored.predict(&network, output, device)?;
    Ok((scored, stats))
}

/// Head of a space that predicts classes.
fn head(space: &SpaceSpec, origin: &Path) -> Result<Head> {
    let classes = |head: &&Head| matches!(head, Head::Segmentation { .. });
    space.heads.iter().find(classes).copied().ok_or_else(|| {
        user(format!("{} predicts joints; score it with eval-pose", origin.display()))
    })
}

fn report(scored: &Scored<'_>, stats: &SemanticStats, output: Output) -> Result<()> {
    let facts = scored.pictures.facts();
    let list = scored.pictures.list();
    if list.iter().all(|picture| picture.labels.is_none()) {
        let count = list.len();
        let value = json!({ "pictures": count, "mean_iou": null });
        return output.result(&value, format!("{count} pictures predicted, none has labels"));
    }
    let classes = facts.classes.iter().zip(stats.iou.iter().zip(&stats.present));
    let per_class = classes.clone().map(|(class, (iou, present))| {
        (class.name.clone(), if *present { json!(iou) } else { json!(null) })
    });
    let per_class: serde_json::Map<String, serde_json::Value> = per_class.collect();
    let value = json!({
        "pictures": list.len(),
        "mean_iou": stats.mean_iou,
        "mean_iou_present": stats.present_mean_iou(),
        "mean_accuracy": stats.mean_accuracy,
        "pixel_accuracy": stats.pixel_accuracy,
        "iou": per_class,
    });
    let mut rows: Vec<Vec<String>> = classes
        .map(|(class, (iou, present))| {
            let iou = if *present { format!("{iou:.4}") } else { "-".to_owned() };
            vec![class.name.clone(), iou]
        })
        .collect();
    let row = |name: &str, value: f64| vec![name.to_owned(), format!("{value:.4}")];
    rows.push(row("mean", stats.mean_iou));
    rows.push(row("mean of present classes", stats.present_mean_iou()));
    rows.push(row("pixel accuracy", stats.pixel_accuracy));
    output.result(&value, table(&["class", "IoU"], &rows))
}
