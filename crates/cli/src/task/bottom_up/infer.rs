//! Bottom-up prediction on plain pictures.

use std::sync::Arc;

use anyhow::Result;
use scalenas_data::bottom_up::{SceneFilter, Scenes};
use scalenas_kernels::KernelBackend;
use scalenas_train::Network;
use scalenas_train::bottom_up::{SceneOptions, find_people};

use crate::data::facts::keypoint_facts;
use crate::data::report_skipped;
use crate::render::ProgressView;
use crate::task::infer::{InferRequest, Predicted};
use crate::task::keypoints::people::{FoundPerson, People, listed, paths};

/// Finds all people of every picture.
pub fn infer<B: KernelBackend>(
    network: &impl Network<B>,
    request: &InferRequest<'_>,
    device: &B::Device,
) -> Result<Box<dyn Predicted>> {
    find(network, request, device)?.predicted(request)
}

/// All people of every picture.
pub fn find<B: KernelBackend>(
    network: &impl Network<B>,
    request: &InferRequest<'_>,
    device: &B::Device,
) -> Result<People> {
    let facts = keypoint_facts(request.facts)?;
    let coco = listed(request.pictures);
    let scenes = Scenes::new("", &coco, &facts, SceneFilter::AllImages, request.reading)?;
    let scenes = Arc::new(scenes.with_paths(paths(request.pictures)));
    let options = SceneOptions {
        scales: request.scales.to_vec(),
        fit: request.framing.fit,
        flip: request.flip,
        ..SceneOptions::new(request.input.shorter(), request.workers)
    };
    let shown = ProgressView::new(request.output);
    let found = find_people(network, &scenes, &options, &shown, device)?;
    report_skipped(&scenes.skipped(), request.output);
    let people = found.iter().flat_map(|scene| {
        scene.people.iter().map(|person| FoundPerson {
            picture: scene.index,
            joints: person.joints.iter().map(|joint| joint.map(f64::from)).collect(),
            score: f64::from(person.score),
            bbox: None,
        })
    });
    Ok(People::new(facts, people.collect(), request))
}
