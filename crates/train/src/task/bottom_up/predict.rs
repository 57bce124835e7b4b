//! Evaluation bottom-up: whole pictures to heatmaps and tags to people.
//!
//! Source: HigherHRNet reference. Both resolutions of heatmaps are averaged, the mirrored view and
//! all scales too; tags come from scale 1, those of the mirrored view beside those of the plain one.

use std::sync::Arc;

use burn::tensor::Tensor;
use burn::tensor::backend::Backend;
use scalenas_data::scenes::{Fit, Scene, SceneView, Scenes};
use scalenas_data::{BatchLoader, Direction, LoaderConfig};
use scalenas_eval::grouping::{GroupedPose, Grouping, SceneMaps};
use scalenas_eval::{CocoResult, PoseCandidate, Sigmas, oks_nms};
use scalenas_model::{Prediction, upsample_bilinear};

use crate::error::Result;
use crate::run::progress::Progress;
use crate::score::network::{Network, values};
use crate::score::pictures::normalised;
use crate::task::top_down::predict::FlipTest;

/// Category of a person in COCO.
const PERSON: u64 = 1;
/// Axis of the columns.
const COLUMNS: isize = 3;

/// How to look at scenes.
#[derive(Debug, Clone, PartialEq)]
pub struct SceneOptions {
    /// The fitted side of what the network sees, in pixels.
    pub input: usize,
    /// The side of a picture that becomes `input`.
    pub fit: Fit,
    /// Sizes to look at, as factors of `input`; one of them is 1.
    pub scales: Vec<f64>,
    /// Whether the mirrored picture is looked at as well.
    pub flip: FlipTest,
    /// OKS above which the worse of two poses is dropped; every pose is kept without.
    pub suppression: Option<f64>,
    /// Threads that read pictures.
    pub workers: usize,
}

impl SceneOptions {
    /// One scale with the mirrored view, as published.
    pub fn new(input: usize, workers: usize) -> Self {
        let (scales, suppression) = (vec![1.0], None);
        Self { input, fit: Fit::Shorter, scales, flip: FlipTest::On, suppression, workers }
    }
}

/// The people found in a picture, in its pixels.
#[derive(Debug, Clone, PartialEq)]
pub struct FoundPeople {
    /// Position of the picture in the data set.
    pub index: usize,
    /// Its id.
    pub image_id: i64,
    /// People, joints in pixels of the picture.
    pub people: Vec<GroupedPose>,
}

/// Finds the people of every picture of a data set.
pub fn find_people<B: Backend>(
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
            let mut people = people_of(net, &scene, &mirrored, options, device)?;
            if let Some(threshold) = options.suppression {
                people = suppressed(people, threshold, &sigmas);
            }
            found.push(FoundPeople { index: scene.index, image_id: scene.image_id, people });
            progress.evaluated(scene.index + 1, scenes.len());
        }
    }
    Ok(found)
}

/// Of poses that are more alike than `threshold`, the one with the best score; best first.
fn suppressed(people: Vec<GroupedPose>, threshold: f64, sigmas: &Sigmas) -> Vec<GroupedPose> {
    let candidates: Vec<PoseCandidate> = people.iter().map(candidate).collect();
    let kept = oks_nms(&candidates, threshold, sigmas);
    kept.into_iter().map(|index| people[index].clone()).collect()
}

/// A pose as suppression takes it: its size is the extent of its joints.
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

/// COCO results of people found.
pub fn results(found: &[FoundPeople]) -> Vec<CocoResult> {
    let result = |image_id: i64, person: &GroupedPose| CocoResult {
        image_id,
        category_id: PERSON,
        keypoints: person.joints.iter().map(|joint| joint.map(f64::from)).collect(),
        score: f64::from(person.score),
        bbox: None,
    };
    found
        .iter()
        .flat_map(|scene| scene.people.iter().map(|person| result(scene.image_id, person)))
        .collect()
}

/// The people of a picture, in its pixels; `mirrored` is the order of joints in a mirrored one.
fn people_of<B: Backend>(
    net: &impl Network<B>,
    scene: &Scene,
    mirrored: &[usize],
    options: &SceneOptions,
    device: &B::Device,
) -> Result<Vec<GroupedPose>> {
    let size = (scene.picture.width, scene.picture.height);
    let least = options.scales.iter().copied().fold(f64::INFINITY, f64::min);
    let view = |scale| SceneView::new(size, options.input, scale, least, options.fit);
    let base = view(1.0);
    let mut looks = Looks { heatmaps: None, tags: Vec::new() };
    for &scale in &options.scales {
        let view = view(scale);
        let (width, height) = view.size;
        let images: Tensor<B, 4> = normalised(&view.look(&scene.picture), height, width, device);
        let wants_tags = (scale - 1.0).abs() < f64::EPSILON;
        let mirror = (options.flip == FlipTest::On).then(|| images.clone().flip([COLUMNS]));
        let mut maps = Maps::new(net.predict_all(images));
        if let Some(images) = mirror {
            // Turned and averaged while small: interpolation treats both sides alike.
            let turned = Maps::new(net.predict_all(images)).turned(mirrored);
            maps.heatmaps = (maps.heatmaps + turned.heatmaps) * 0.5;
            maps.tags.extend(turned.tags);
        }
        looks.add(maps, wants_tags, &base);
    }
    looks.group(options.scales.len(), &base)
}

/// Heatmaps and tags at the finer resolution of a prediction.
struct Maps<B: Backend> {
    /// `[1, joints, height, width]`.
    heatmaps: Tensor<B, 4>,
    /// One or two of the same shape.
    tags: Vec<Tensor<B, 4>>,
}

impl<B: Backend> Maps<B> {
    /// Averages both resolutions at the finer one.
    fn new(prediction: Prediction<B>) -> Self {
        let Prediction { coarse, fine } = prediction;
        let joints = coarse.dims()[1] / 2;
        let (heatmaps, tags) =
            (coarse.clone().narrow(1, 0, joints), coarse.narrow(1, joints, joints));
        let heatmaps = match fine {
            Some(fine) => {
                let [_, _, height, width] = fine.dims();
                (upsample_bilinear(heatmaps, [height, width]) + fine) * 0.5
            }
            None => heatmaps,
        };
        let [_, _, height, width] = heatmaps.dims();
        // The reference takes tags over the finer resolution as well.
        Self { heatmaps, tags: vec![upsample_bilinear(tags, [height, width])] }
    }

    /// Maps of a mirrored picture, the right way round.
    fn turned(self, mirrored: &[usize]) -> Self {
        let turn = |maps: Tensor<B, 4>| {
            let order: Vec<i32> = mirrored.iter().map(|&joint| joint as i32).collect();
            let order = Tensor::from_ints(order.as_slice(), &maps.device());
            maps.flip([COLUMNS]).select(1, order)
        };
        Self { heatmaps: turn(self.heatmaps), tags: self.tags.into_iter().map(turn).collect() }
    }
}

/// What all looks at a picture add up to, at the size of the view of scale 1.
struct Looks<B: Backend> {
    heatmaps: Option<Tensor<B, 4>>,
    tags: Vec<Tensor<B, 4>>,
}

impl<B: Backend> Looks<B> {
    fn add(&mut self, maps: Maps<B>, wants_tags: bool, base: &SceneView) {
        let size = [base.size.1, base.size.0];
        let heatmaps = upsample_bilinear(maps.heatmaps, size);
        self.heatmaps = Some(match self.heatmaps.take() {
            Some(sum) => sum + heatmaps,
            None => heatmaps,
        });
        if wants_tags {
            let tags = maps.tags.into_iter();
            self.tags = tags.map(|tags| upsample_bilinear(tags, size)).collect();
        }
    }

    /// Groups the people and brings them back to the picture.
    fn group(self, looks: usize, base: &SceneView) -> Result<Vec<GroupedPose>> {
        let Some(sum) = self.heatmaps else { return Ok(Vec::new()) };
        let heatmaps = sum / looks as f64;
        let [_, joints, height, width] = heatmaps.dims();
        let heatmaps = values(heatmaps)?;
        let tags = interleaved(self.tags.into_iter().map(values).collect::<Result<_>>()?);
        let maps = SceneMaps::new(&heatmaps, &tags, [joints, height, width])?;
        let mut people = Grouping::for_joints(joints).group(&maps)?;
        let back = base.affine(Direction::Inverse);
        for joint in people.iter_mut().flat_map(|person| &mut person.joints) {
            let [x, y] = back.apply([f64::from(joint[0]), f64::from(joint[1])]);
            (joint[0], joint[1]) = (x as f32, y as f32);
        }
        Ok(people)
    }
}

/// Values of several maps beside each other, `[joints, height, width, maps]`.
fn interleaved(maps: Vec<Vec<f32>>) -> Vec<f32> {
    let count = maps.len();
    let mut values = vec![0.0; maps.iter().map(Vec::len).sum()];
    for (index, map) in maps.iter().enumerate() {
        for (value, own) in values[index..].iter_mut().step_by(count).zip(map) {
            *value = *own;
        }
    }
    values
}
