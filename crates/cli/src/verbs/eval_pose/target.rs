//! Input of predictions: crops of boxes, or whole pictures.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Result;
use scalenas_base::Size;
use scalenas_coco::detections;
use scalenas_data::bottom_up::{Fit, SceneFilter, Scenes};
use scalenas_data::{Framing, KeypointFacts, Part, Reading, TopDownDataset, detection_boxes};
use scalenas_eval::CocoResult;
use scalenas_kernels::KernelBackend;
use scalenas_space::{CostModel, SpaceSpec};
use scalenas_train::Network;
use scalenas_train::bottom_up::{SceneOptions, find_people, results};
use scalenas_train::top_down::{EvaluateOptions, evaluate};

use super::arguments::Arguments;
use super::scored::{Scope, Scorer};
use crate::data::{Origin, Share, Split, TopDownPart, part, report_skipped, split};
use crate::error::user;
use crate::render::Output;
use crate::render::ProgressView;
use crate::render::pictures;
use crate::task::{keypoints, scenes};

/// Threads that read pictures.
const WORKERS: usize = 2;

/// Data that a network predicts, as the arguments select it.
pub struct Target {
    /// Metric of the annotations; `None` for files without any, whose pictures are only predicted.
    pub scorer: Option<Scorer>,
    content: Content,
}

enum Content {
    /// Crops of boxes.
    Crops(Arc<TopDownDataset>),
    /// Whole pictures, the side of the network's input in pixels, and the side of a picture that becomes it.
    Scenes(Arc<Scenes>, usize, Fit),
}

impl Target {
    /// Reads the data and checks that the network fits.
    pub fn new(
        arguments: &Arguments,
        data: Origin<'_>,
        facts: &KeypointFacts,
        (space, origin): (&SpaceSpec, &Path),
        (input, framing): (Size, Framing),
    ) -> Result<Self> {
        CostModel::new(space, input)?;
        check_joints(space, facts, origin)?;
        let files = files(arguments, data, framing)?;
        let reading = data.reading(arguments.data.reading());
        let (content, is_annotated) = if space.is_bottom_up() {
            let scenes = scenes(files.clone(), facts, SceneFilter::AllImages, reading)?;
            let is_annotated = scenes.is_annotated();
            (Content::Scenes(Arc::new(scenes), input.shorter(), framing.fit), is_annotated)
        } else {
            let (crops, is_annotated) = crops(arguments, &files, facts, (input, reading))?;
            (Content::Crops(crops), is_annotated)
        };
        let scorer = is_annotated
            .then(|| {
                let is_counted = arguments.count_above.is_some();
                Scorer::new(facts, &Scope { files: files.clone(), reading, is_counted })
            })
            .transpose()?;
        if scorer.is_none() && arguments.out.is_none() {
            return Err(user(format!(
                "{}: has no key `annotations`, so that nothing can be scored; accepted: annotations, or \
                 --out FILE to write results without scoring them",
                files.annotations.display()
            )));
        }
        Ok(Self { scorer, content })
    }

    /// Predicts the poses of all people, and draws the requested pictures.
    pub fn predict<B: KernelBackend>(
        &self,
        net: &impl Network<B>,
        arguments: &Arguments,
        output: Output,
        device: &B::Device,
    ) -> Result<Vec<CocoResult>> {
        let shown = ProgressView::new(output);
        let flip = arguments.flip_test.into();
        match &self.content {
            Content::Crops(dataset) => {
                let (batch, rest) = (arguments.batch, EvaluateOptions::default());
                let further_scales = keypoints::further_scales(&arguments.scales);
                let options = EvaluateOptions { batch, flip, further_scales, ..rest };
                let found = evaluate(net, dataset, &options, &shown, device)?;
                report_skipped(&dataset.skipped(), output);
                if let Some(folder) = &arguments.pictures {
                    write_pictures(
                        folder,
                        pictures::top_down::draw_all(dataset, &found.candidates)?,
                    )?;
                }
                Ok(found.results)
            }
            Content::Scenes(scenes, input, fit) => {
                let scales = arguments.scales.clone();
                let suppression = arguments.suppress;
                let rest = SceneOptions { fit: *fit, ..SceneOptions::new(*input, WORKERS) };
                let options = SceneOptions { scales, flip, suppression, ..rest };
                let found = find_people(net, scenes, &options, &shown, device)?;
                report_skipped(&scenes.skipped(), output);
                if let Some(folder) = &arguments.pictures {
                    for scene in &found {
                        write_pictures(folder, [pictures::bottom_up::draw(scenes, scene)?])?;
                    }
                }
                Ok(results(&found, scenes.category()))
            }
        }
    }
}

fn write_pictures(
    folder: &Path,
    drawn: impl IntoIterator<Item = (String, scalenas_data::Image8)>,
) -> Result<()> {
    for (name, picture) in drawn {
        pictures::file::write(folder, &name, &picture)?;
    }
    Ok(())
}

/// Refuses facts with another number of joints than the network predicts.
fn check_joints(space: &SpaceSpec, facts: &KeypointFacts, origin: &Path) -> Result<()> {
    let predicted = space.joints().unwrap_or(0);
    if predicted == facts.joints.len() {
        return Ok(());
    }
    Err(user(format!(
        "{} predicts {predicted} joints, but {} has {}; name the right joints with --facts",
        origin.display(),
        facts.name,
        facts.joints.len(),
    )))
}

fn crops(
    arguments: &Arguments,
    files: &Split,
    facts: &KeypointFacts,
    (input, reading): (Size, Reading),
) -> Result<(Arc<TopDownDataset>, bool)> {
    let people = TopDownPart::read(files.clone(), facts, input, reading)?;
    let Some(path) = &arguments.detections else {
        return Ok((people.annotated(0)?, people.coco.is_annotated));
    };
    let found = detections::read(path, &people.coco.categories)?;
    let threshold = arguments.box_threshold;
    let boxes = detection_boxes(&people.coco, people.form(), &found, threshold);
    if boxes.is_empty() {
        return Err(user(format!(
            "{}: none of its {} boxes has a score of at least {threshold} and a picture of {}",
            path.display(),
            found.len(),
            people.files.annotations.display(),
        )));
    }
    Ok((people.boxes(boxes)?, people.coco.is_annotated))
}

fn files(arguments: &Arguments, data: Origin<'_>, framing: Framing) -> Result<Split> {
    let whole = match data {
        _ if arguments.annotations.is_some() => None,
        Origin::Run(source) if arguments.split == Part::Train.name() => {
            Some(part(source, Part::Train)?)
        }
        Origin::Run(source) => Some(part(source, Part::Val)?),
        Origin::Folder(root) => root.map(|root| split(root, &arguments.split)).transpose()?,
    };
    let need = |path: &Option<PathBuf>, found: Option<PathBuf>, name: &str| {
        path.clone().or(found).ok_or_else(|| user(format!("give --data FOLDER or --{name} PATH")))
    };
    let found = |pick: fn(&Split) -> &PathBuf| whole.as_ref().map(|files| pick(files).clone());
    Ok(Split {
        annotations: need(&arguments.annotations, found(|f| &f.annotations), "annotations")?,
        images: need(&arguments.images, found(|f| &f.images), "images")?,
        share: whole.as_ref().map_or(Share::All, |files| files.share),
        boxes: framing.boxes,
        box_padding: framing.box_padding,
    })
}
