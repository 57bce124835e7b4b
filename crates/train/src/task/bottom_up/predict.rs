//! Prediction bottom-up: from whole pictures over heatmaps and tags to people and COCO results.
//!
//! Source: HigherHRNet reference.

use std::sync::Arc;

use burn::tensor::Tensor;
use scalenas_data::bottom_up::{Fit, Scene, SceneView, Scenes};
use scalenas_data::{BatchLoader, LoaderConfig};
use scalenas_eval::grouping::GroupedPose;
use scalenas_eval::{CocoResult, PoseCandidate, Sigmas, oks_nms};
use scalenas_kernels::KernelBackend;

use super::maps::{Maps, ScaleSum};
use crate::error::Result;
use crate::run::progress::Progress;
use crate::score::flip::{COLUMNS, FlipTest};
use crate::score::network::Network;
use crate::score::pictures::normalised;

/// Options of bottom-up prediction.
#[derive(Debug, Clone, PartialEq)]
pub struct SceneOptions {
    /// Fitted side of the network's input, in pixels.
    pub input: usize,
    /// Side of a picture that is scaled to `input`.
    pub fit: Fit,
    /// Scales of the input, as factors of `input`; one of them is 1.
    pub scales: Vec<f64>,
    /// Whether the mirrored picture is predicted as well.
    pub flip: FlipTest,
    /// OKS above which the worse of two poses is dropped; `None` keeps every pose.
    pub suppression: Option<f64>,
    /// Threads that read pictures.
    pub workers: usize,
}

impl SceneOptions {
    /// One scale with the mirrored view, the published setting.
    pub fn new(input: usize, workers: usize) -> Self {
        let (scales, suppression) = (vec![1.0], None);
        Self { input, fit: Fit::Shorter, scales, flip: FlipTest::On, suppression, workers }
    }
}

/// People found in a picture.
#[derive(Debug, Clone, PartialEq)]
pub struct FoundPeople {
    /// Position of the picture in the data set.
    pub index: usize,
    /// Id of the picture.
    pub image_id: i64,
    /// People with their joints in pixels of the picture.
    pub people: Vec<GroupedPose>,
}

/// Finds the people of every picture of a data set.
pub fn find_people<B: KernelBackend>(
    net: &impl Network<B>,
    scenes: &Arc<Scenes>,
    options: &SceneOptions,
    progress: &dyn Progress,
    device: &B::Device,
) -> Result<Vec<FoundPeople>> {
    let config = LoaderConfig::evaluation(1, options.workers);
    let mirrored = scenes.facts().mirrored();
    let sigmas = Sigmas::new(scenes.facts().sigmas.clone())?;
    let mut found = Vec::with_capacity(scenes.len());
    for batch in BatchLoader::new(Arc::clone(scenes), config)? {
        for scene in batch? {
            let mut people = find_in_picture(net, &scene, &mirrored, options, device)?;
            if let Some(threshold) = options.suppression {
                people = suppressed(people, threshold, &sigmas);
            }
            found.push(FoundPeople { index: scene.index, image_id: scene.image_id, people });
            progress.evaluated(scene.index + 1, scenes.len());
        }
    }
    Ok(found)
}

/// Keeps the best of poses whose OKS exceeds `threshold`; best first.
fn suppressed(people: Vec<GroupedPose>, threshold: f64, sigmas: &Sigmas) -> Vec<GroupedPose> {
    let candidates: Vec<PoseCandidate> = people.iter().map(candidate).collect();
    let kept = oks_nms(&candidates, threshold, sigmas);
    kept.into_iter().map(|index| people[index].clone()).collect()
}

/// Candidate of a pose for suppression; its area is the extent of its joints.
fn candidate(person: &GroupedPose) -> PoseCandidate {
    let keypoints: Vec<[f64; 3]> = person.joints.iter().map(|joint| joint.map(f64::from)).collect();
    let extent = |axis: usize| {
        let values = keypoints.iter().map(|joint| joint[axis]);
        let (low, high) =
            values.fold((f64::INFINITY, f64::NEG_INFINITY), |(a, b), v| (a.min(v), b.max(v)));
        (low, (high - low).max(1.0))
    };
    let ((x, width), (y, height)) = (extent(0), extent(1));
    let score = f64::from(person.score);
    PoseCandidate::new(0, keypoints, score, width * height, [x, y, width, height])
}

/// COCO results of people found, of a category.
pub fn results(found: &[FoundPeople], category_id: u64) -> Vec<CocoResult> {
    let result = |image_id: i64, person: &GroupedPose| CocoResult {
        image_id,
        category_id,
        keypoints: person.joints.iter().map(|joint| joint.map(f64::from)).collect(),
        score: f64::from(person.score),
        bbox: None,
    };
    found
        .iter()
        .flat_map(|scene| scene.people.iter().map(|person| result(scene.image_id, person)))
        .collect()
}

/// Finds the people of a picture, in its pixels; `mirrored` is the order of joints in a mirrored
/// one.
fn find_in_picture<B: KernelBackend>(
    net: &impl Network<B>,
    scene: &Scene,
    mirrored: &[usize],
    options: &SceneOptions,
    device: &B::Device,
) -> Result<Vec<GroupedPose>> {
    let size = scene.picture.size();
    let least = options.scales.iter().copied().fold(f64::INFINITY, f64::min);
    let view = |scale| SceneView::new(size, options.input, scale, least, options.fit);
    let base = view(1.0);
    let mut sum = ScaleSum::default();
    for &scale in &options.scales {
        let view = view(scale);
        let images: Tensor<B, 4> = normalised(&view.resize(&scene.picture), view.size, device);
        let mirror = (options.flip == FlipTest::On).then(|| images.clone().flip([COLUMNS]));
        let mut maps = Maps::new(net.predict_all(images));
        if let Some(images) = mirror {
            // Turned and averaged while small: interpolation treats both sides alike.
            let turned = Maps::new(net.predict_all(images)).turned(mirrored);
            maps.heatmaps = (maps.heatmaps + turned.heatmaps) * 0.5;
            maps.tags.extend(turned.tags);
        }
        sum.add(maps.heatmaps, &base);
        if (scale - 1.0).abs() < f64::EPSILON {
            sum.set_tags(maps.tags, &base);
        }
    }
    sum.group(options.scales.len(), &base)
}
