//! Top-down prediction on plain pictures with boxes.

use std::sync::Arc;

use anyhow::Result;
use scalenas_data::top_down::crop_of_box;
use scalenas_data::{HeatmapCodec, PersonBox, TopDownDataset};
use scalenas_kernels::KernelBackend;
use scalenas_train::Network;
use scalenas_train::top_down::{EvaluateOptions, evaluate};

use crate::data::facts::keypoint_facts;
use crate::data::report_skipped;
use crate::render::ProgressView;
use crate::task::infer::{BoxAround, InferRequest, Predicted};
use crate::task::keypoints;
use crate::task::keypoints::people::{FoundPerson, People, listed, paths};

/// Predicts the person in every box.
pub fn infer<B: KernelBackend>(
    network: &impl Network<B>,
    request: &InferRequest<'_>,
    device: &B::Device,
) -> Result<Box<dyn Predicted>> {
    find(network, request, device)?.predicted(request)
}

/// The person in every box.
pub fn find<B: KernelBackend>(
    network: &impl Network<B>,
    request: &InferRequest<'_>,
    device: &B::Device,
) -> Result<People> {
    let facts = keypoint_facts(request.facts)?;
    let coco = listed(request.pictures);
    let people = request.boxes.iter().map(|found| person(found, request, coco.category()));
    let codec = HeatmapCodec::new(request.input, facts.joints.len())?;
    let dataset = TopDownDataset::new("", &coco, people.collect(), facts.clone(), codec)?;
    let dataset =
        Arc::new(dataset.with_reading(request.reading).with_paths(paths(request.pictures)));
    let options = EvaluateOptions {
        batch: request.batch,
        workers: request.workers,
        flip: request.flip,
        further_scales: keypoints::further_scales(request.scales),
        ..EvaluateOptions::default()
    };
    let shown = ProgressView::new(request.output);
    let found = evaluate(network, &dataset, &options, &shown, device)?;
    report_skipped(&dataset.skipped(), request.output);
    let found = found.results.into_iter().map(|result| FoundPerson {
        picture: result.image_id as usize - 1,
        joints: result.keypoints,
        score: result.score,
        bbox: result.bbox,
    });
    Ok(People::new(facts, found.collect(), request))
}

/// A box as the data set of crops takes it.
fn person(found: &BoxAround, request: &InferRequest<'_>, category_id: u64) -> PersonBox {
    let form = request.framing.crop(request.input);
    let (center, scale) = crop_of_box(found.bbox, form);
    PersonBox {
        image: found.picture,
        image_id: found.picture as i64 + 1,
        annotation_id: None,
        category_id,
        bbox: found.bbox,
        center,
        scale,
        score: found.score,
        joints: Vec::new(),
    }
}
