//! One network trained further, or from nothing, and weights that training starts from.

use std::fs;

use crate::common::{Place, Ran, metrics, scalenas};

fn finetune(place: &Place, out: &str, more: &[&str]) -> Ran {
    let (run, out) = (place.arg("run"), place.arg(out));
    let arguments = ["finetune", "--run", &run, "--out", &out, "--epochs", "2", "--json"];
    scalenas(&[&arguments[..], more].concat())
}

fn score(place: &Place, run: &str, more: &[&str]) -> Ran {
    let run = place.arg(run);
    scalenas(&[&["eval-pose", "--run", &run, "--json"], more].concat())
}

#[test]
fn a_network_is_trained_further_as_a_run_of_its_own() {
    let place = Place::new();
    let supernet = place.supernet("run", &["--json"]).good().json();
    let found = finetune(&place, "small", &["--arch", "smallest"]).good().json();
    assert_eq!(found["iterations"], supernet["iterations"]);
    finetune(&place, "again", &["--arch", "smallest"]).good();
    let weights = |run: &str| fs::read(place.path(run).join("supernet.safetensors")).unwrap();
    assert!(weights("small") == weights("again"), "one seed, two results");
    assert!(weights("small") != weights("run"), "nothing was learnt");
    // Validation scores that network and no other.
    let validated: Vec<_> = metrics(&place.path("small"))
        .into_iter()
        .filter(|line| line["split"] == "validation")
        .map(|line| line["subnet"].clone())
        .collect();
    assert_eq!(validated, ["trained"]);

    let own = score(&place, "small", &[]).good().json();
    assert_eq!(own, score(&place, "small", &["--arch", "smallest"]).good().json());
    for other in ["largest", "best", "nowhere.ron"] {
        score(&place, "small", &["--arch", other]).fixable(&["trained one network alone"]);
    }
    let (small, net, page) = (place.arg("small"), place.arg("net.onnx"), place.arg("page.html"));
    let exported = ["export", "--run", &small, "--out", &net, "--json"];
    assert_eq!(scalenas(&exported).good().json()["architecture"], found["architecture"]);
    scalenas(&["report", "--run", &small, "--out", &page]).good();
    // Its network is trained once more without being named.
    let more = ["finetune", "--run", &small, "--epochs", "1", "--json"];
    let more = scalenas(&more).good().json();
    assert_eq!(more["architecture"], found["architecture"]);
    assert!(place.path("small-trained/supernet.safetensors").is_file());
    scalenas(&["evolve", "--run", &small]).fixable(&["nothing to search"]);
}

#[test]
fn the_next_command_suits_what_was_trained() {
    let place = Place::new();
    let said = |run: &str, more: &[&str]| place.supernet(run, more).good().stdout;
    assert!(said("run", &[]).contains("evolve --run"));
    assert!(said("teacher", &["--set", "train.sampling=Largest"]).contains("export --run"));
    finetune(&place, "small", &["--arch", "smallest"]).good();
    for (run, verb) in [("run", "supernet"), ("teacher", "supernet"), ("small", "finetune")] {
        fs::remove_file(place.path(run).join("supernet.safetensors")).unwrap();
        score(&place, run, &[]).fixable(&["did not finish", &format!("{verb} --resume")]);
    }
}

#[test]
fn from_nothing_and_resumed() {
    let place = Place::new();
    place.supernet("run", &[]).good();
    let fresh = ["--arch", "hrnet", "--from-nothing"];
    finetune(&place, "whole", &fresh).good();
    finetune(&place, "half", &[&fresh[..], &["--set", "train.epochs=1"]].concat());
    let half = place.arg("half");
    let resumed = ["finetune", "--resume", &half, "--set", "train.epochs=2", "--json"];
    scalenas(&resumed).good();
    let weights = |run: &str| fs::read(place.path(run).join("supernet.safetensors")).unwrap();
    assert!(weights("whole") == weights("half"), "a break changes the result");
}

#[test]
fn refused_before_the_work() {
    let place = Place::new();
    place.supernet("run", &[]).good();
    let run = place.arg("run");
    finetune(&place, "new", &["--arch", "best"]).fixable(&["best", "accepted"]);
    finetune(&place, "run", &["--arch", "smallest"]).fixable(&["run", "--force"]);
    finetune(&place, "new", &["--arch", "smallest", "--set", "train.epohcs=1"])
        .fixable(&["epochs"]);
    scalenas(&["finetune", "--resume", &run]).fixable(&["supernet --resume"]);
    fs::remove_file(place.path("run/supernet.safetensors")).unwrap();
    finetune(&place, "new", &["--arch", "smallest"]).fixable(&["did not finish", "--from-nothing"]);
    assert!(!place.path("new").exists());
}

#[test]
fn training_starts_from_one_network_and_from_other_joints() {
    let place = Place::new();
    place.supernet("run", &[]).good();
    let (run, net) = (place.arg("run"), place.arg("net.safetensors"));
    scalenas(&["export", "--run", &run, "--arch", "smallest", "--out", &net]).good();
    let initial = format!("train.initial={net}");
    let said = place.supernet("seeded", &["--set", &initial]).good().stderr;
    assert!(said.contains("layers that the network in the file does not have"), "{said}");
    assert!(!said.contains("the head has other"), "{said}");
    // A data set with two joints.
    let facts = "(name: \"pair\", joints: [\"nose\", \"tail\"], flip_pairs: [], upper_body: [0], \
                 lower_body: [1], sigmas: [0.05, 0.05], skeleton: [(0, 1)])";
    fs::write(place.path("pair.ron"), facts).unwrap();
    for split in ["train", "val"] {
        place.change(split, |file| {
            file["categories"][0]["keypoints"] = serde_json::json!(["nose", "tail"]);
            for person in file["annotations"].as_array_mut().unwrap() {
                let joints = person["keypoints"].as_array().unwrap()[..6].to_vec();
                person["num_keypoints"] =
                    joints.iter().skip(2).step_by(3).filter(|v| **v != 0).count().into();
                person["keypoints"] = joints.into();
            }
        });
    }
    let facts = format!("facts={}", place.arg("pair.ron"));
    let said = place.supernet("pair", &["--set", &initial, "--set", &facts]).good().stderr;
    assert!(said.contains("drawn anew: final_layer"), "{said}");
}
