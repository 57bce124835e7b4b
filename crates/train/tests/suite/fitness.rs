//! Scores of candidates depend on the candidate alone.

#![allow(clippy::unwrap_used, reason = "a panic is a failed test")]

use std::path::PathBuf;
use std::sync::Arc;
use std::{fs, slice};

use crate::common::{DEVICE, INPUT, Place, Plain, changed, options, spec};
use scalenas_data::TopDownDataset;
use scalenas_eval::{KeypointEvaluator, PoseCandidate, Sigmas};
use scalenas_evolve::{Candidate, Fitness, Origin};
use scalenas_model::{NamedParameters, load_supernet};
use scalenas_space::{Architecture, cost, rng, sample};
use scalenas_train::top_down::{self, EvaluateOptions, evaluate, predict};
use scalenas_train::{
    CalibratedSubnet, CalibrationSource, Epochs, HeldOut, KeypointMetric, Silent, TaskFitness,
    Tasks, Validation,
};
use serde_json::Value;

/// Both ends of the space and one between.
fn candidates() -> Vec<Candidate> {
    let spec = spec();
    let mut random = rng::stream(4, "candidates", &[]);
    let mut architectures = vec![Architecture::smallest(&spec), Architecture::largest(&spec)];
    architectures.push(sample::uniform(&spec, &mut random));
    let candidate = |architecture: Architecture| Candidate {
        id: architecture.id(&spec),
        cost: cost::cost(&spec, &architecture, INPUT).unwrap(),
        milliseconds: None,
        origin: Origin::Named("test".to_owned()),
        fitness: Vec::new(),
        architecture,
    };
    architectures.into_iter().map(candidate).collect()
}

/// Annotations in which every joint is where a network finds it.
fn annotate(place: &Place, dataset: &TopDownDataset, found: &[PoseCandidate]) -> PathBuf {
    let text = fs::read(place.annotations("train")).unwrap();
    let mut file: Value = serde_json::from_slice(&text).unwrap();
    for annotation in file["annotations"].as_array_mut().unwrap() {
        let id = annotation["id"].as_i64();
        let people = dataset.people().iter().zip(found);
        let Some((_, found)) = people.into_iter().find(|(p, _)| p.annotation_id == id) else {
            continue;
        };
        let joints: Vec<f64> = found.keypoints.iter().flat_map(|&[x, y, _]| [x, y, 2.0]).collect();
        annotation["num_keypoints"] = found.keypoints.len().into();
        annotation["keypoints"] = joints.into();
    }
    let path = place.path("found.json");
    fs::write(&path, serde_json::to_vec(&file).unwrap()).unwrap();
    path
}

#[test]
fn a_score_depends_on_the_candidate_alone() {
    let place = Place::new();
    let options = changed(&options(), |options| options.schedule.epochs = Epochs::Number(2));
    place.run("run", &options).unwrap();
    let weights = place.path("run/supernet.safetensors");
    let (supernet, _) = load_supernet::<Plain>(&weights, &DEVICE).unwrap();
    let task = place.task(&options, place.held_out("val"));
    let calibration = CalibrationSource::read(&task, &options, &DEVICE).unwrap();
    let (dataset, _) = place.annotated("train");
    let evaluation = EvaluateOptions::default();
    let find = |architecture: &Architecture| {
        let subnet = CalibratedSubnet::new(&supernet, architecture, &calibration);
        predict(&subnet, &dataset, &evaluation, &Silent, &DEVICE).unwrap()
    };
    let all = candidates();
    let truth = annotate(&place, &dataset, &find(&all[0].architecture));
    let evaluator = KeypointEvaluator::read(&truth, &Sigmas::coco()).unwrap();
    let fitness = || {
        let held_out = HeldOut::TopDown(top_down::HeldOut {
            dataset: dataset.clone(),
            metric: KeypointMetric::Coco(Box::new(evaluator.clone())),
            options: evaluation.clone(),
        });
        let tasks = Tasks::new(vec![place.task(&options, held_out)]);
        let validation = Validation::read(&tasks, &options, &DEVICE).unwrap();
        TaskFitness::new(supernet.clone(), validation, DEVICE)
    };
    let scores: Vec<f64> = fitness().score(&all).unwrap().concat();
    assert!(scores[0] > 0.9, "the truth is its own: {scores:?}");
    assert!(scores[1..].iter().all(|&score| score < scores[0]), "{scores:?}");
    // In another order, one by one, by another scorer.
    let mut other = fitness();
    for (candidate, score) in all.iter().zip(&scores).rev() {
        assert_eq!(other.score(slice::from_ref(candidate)).unwrap(), [[*score]]);
    }
    // A part of the pictures is scored as they are alone.
    let half = fitness().score_part(&all, 2).unwrap().concat();
    let (part, ids) = evaluator.part(2);
    let some = Arc::new(dataset.on_images(&ids).unwrap());
    assert!(some.len() < dataset.len() && !some.is_empty());
    for (candidate, score) in all.iter().zip(&half) {
        let subnet = CalibratedSubnet::new(&supernet, &candidate.architecture, &calibration);
        let found = evaluate(&subnet, &some, &evaluation, &Silent, &DEVICE).unwrap();
        let alone = part.evaluate(&found.results[..]).unwrap().stats.ap;
        assert!((alone.max(0.0) - score).abs() < 1e-12, "{alone} and {score}");
    }
    // Statistics found for a part serve for larger ones.
    let mut halving = fitness();
    halving.score_part(&all, 4).unwrap();
    assert_eq!(halving.score_part(&all, 2).unwrap().concat(), half);
    assert_eq!(halving.score(&all).unwrap().concat(), scores);
    let (read, _) = load_supernet::<Plain>(&weights, &DEVICE).unwrap();
    assert!(read.to_named() == supernet.to_named(), "scoring changed the shared weights");
}
