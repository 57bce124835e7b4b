//! Metrics, heads and synthetic data of the tasks that find the joints of people.

pub mod boxes;
pub mod check;
pub mod guess;
pub mod people;

use std::path::Path;

use anyhow::Result;
use scalenas_base::Size;
use scalenas_data::KeypointFacts;
use scalenas_data::synth::SynthConfig;
use scalenas_eval::{CrowdPoseEvaluator, KeypointEvaluator, Sigmas};
use scalenas_space::Head;
use scalenas_train::KeypointMetric;

use crate::data::facts::keypoint_facts;
use crate::data::synthetic::write_people;
use crate::error::user;
use crate::experiment::synthetic::Synthetic;
use crate::render::Output;

/// Name of the facts of the best-known data set.
pub const DEFAULT_FACTS: &str = "coco";

/// Metric of a data set: that of `CrowdPose` for its joints, else COCO's; with the sigmas of the facts.
pub fn metric(facts: &KeypointFacts, annotations: &Path) -> Result<KeypointMetric> {
    let sigmas = Sigmas::new(facts.sigmas.clone())?.with_joints(facts.into());
    Ok(if facts.joints == KeypointFacts::crowdpose().joints {
        let evaluator = CrowdPoseEvaluator::read_with(annotations, &sigmas)?;
        KeypointMetric::CrowdPose(Box::new(evaluator))
    } else {
        KeypointMetric::Coco(Box::new(KeypointEvaluator::read(annotations, &sigmas)?))
    })
}

/// Metric of a data set over some of its pictures.
pub fn metric_on(facts: &KeypointFacts, annotations: &Path, ids: &[i64]) -> Result<KeypointMetric> {
    Ok(match metric(facts, annotations)? {
        KeypointMetric::Coco(all) => KeypointMetric::Coco(Box::new(all.on_images(ids)?)),
        KeypointMetric::CrowdPose(all) => KeypointMetric::CrowdPose(Box::new(all.on_images(ids)?)),
    })
}

/// Refuses scales without 1: the size of crops, and that from which tags are taken.
pub fn check_scales(scales: &[f64]) -> Result<()> {
    if scales.iter().any(|&scale| is_usual(scale)) {
        return Ok(());
    }
    Err(user(format!("--scales {scales:?}: none is 1; accepted: factors of which one is 1")))
}

/// Scales but the usual one.
pub fn further_scales(scales: &[f64]) -> Vec<f64> {
    scales.iter().copied().filter(|&scale| !is_usual(scale)).collect()
}

fn is_usual(scale: f64) -> bool {
    (scale - 1.0).abs() < f64::EPSILON
}

/// Head with as many outputs as the facts have joints.
pub fn head(facts: &str, head: impl FnOnce(usize) -> Head) -> Result<Head> {
    Ok(head(keypoint_facts(facts)?.joints.len()))
}

/// Draws pictures of people into a folder.
pub fn synthesise(synthetic: &Synthetic, seed: u64, data: &Path, output: Output) -> Result<()> {
    let &Synthetic { train, val, size: Size { height, width }, people: most_people } = synthetic;
    output.say(format!("1/4 drawing {train} + {val} pictures of people"));
    let rest = SynthConfig::default();
    write_people(data, &SynthConfig { train, val, height, width, most_people, seed, ..rest })?;
    Ok(())
}
