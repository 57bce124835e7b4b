//! Networks that leave a run look at pictures as they have learnt to.

use std::fs;

use serde_json::Value;

use crate::common::{Place, read_json, scalenas};

/// Exports the smallest network of the run in `place`, and returns its weights.
fn export(place: &Place) -> String {
    let (run, weights) = (place.arg("run"), place.arg("net/net.safetensors"));
    scalenas(&["export", "--run", &run, "--arch", "smallest", "--out", &weights]).good();
    weights
}

/// The network in the run, and as its exported weights.
fn networks<'a>(run: &'a str, weights: &'a str) -> [Vec<&'a str>; 2] {
    [vec!["--run", run, "--arch", "smallest"], vec!["--weights", weights]]
}

/// Results that a verb writes for a network, without mirrored views.
fn written(place: &Place, verb: &str, network: &[&str], more: &[&str]) -> Value {
    let out = place.arg("written.json");
    let rest = ["--flip-test", "off", "--out", &out];
    scalenas(&[&[verb], network, more, &rest].concat()).good();
    read_json(out.as_ref())
}

/// Removes the description beside the weights; arguments with the size of the input, which nothing else says.
fn undescribed<'a>(place: &Place, weights: &[&'a str]) -> Vec<&'a str> {
    fs::remove_file(place.path("net/net.json")).unwrap();
    [weights, &["--input", "64x64"]].concat()
}

/// Key `picture` of the description's only head.
fn picture_of(place: &Place) -> Value {
    read_json(&place.path("net/net.json"))["heads"][0]["picture"].clone()
}

#[test]
fn whole_pictures_fitted_by_their_longer_side() {
    let place = Place::new();
    let experiment = fs::read_to_string(place.path("small.ron")).unwrap();
    fs::write(place.path("small.ron"), experiment.replace("\"tiny\"", "\"tiny_bottom_up\""))
        .unwrap();
    place.supernet("run", &["--set", "scenes.fit=Longer"]).good();
    let (run, data) = (place.arg("run"), place.arg("data"));
    let (weights, images) = (export(&place), place.arg("data/images/val2017"));
    let picture = picture_of(&place);
    assert_eq!(picture["fit"], "Longer");
    assert!(picture["crop"].as_str().unwrap().contains("longer side"), "{picture}");
    let scored = |network: &[&str], more: &[&str]| {
        written(&place, "eval-pose", network, &[&["--data", &data], more].concat())
    };
    let seen = |network: &[&str]| written(&place, "infer", network, &[&images]);
    let [of_run, of_file] = networks(&run, &weights);
    assert_eq!(scored(&of_run, &[]), scored(&of_file, &[]));
    assert_ne!(scored(&of_file, &["--fit", "shorter"]), scored(&of_file, &[]));
    let inferred = seen(&of_run);
    assert_eq!(inferred, seen(&of_file));
    // Without the description, the shorter side counts, as published.
    let published = undescribed(&place, &of_file);
    assert_ne!(inferred, seen(&published));
}

#[test]
fn whole_pictures_as_boxes() {
    let place = Place::new();
    for split in ["train", "val"] {
        place.change(split, |file| {
            let people = file["annotations"].as_array_mut().unwrap();
            people.dedup_by_key(|person| person["image_id"].as_u64());
        });
    }
    place.supernet("run", &["--boxes", "whole"]).good();
    let (run, data) = (place.arg("run"), place.arg("data"));
    let (weights, images) = (export(&place), place.arg("data/images/val2017"));
    assert_eq!(picture_of(&place)["boxes"], "Whole");
    let scored = |network: &[&str]| written(&place, "eval-pose", network, &["--data", &data]);
    let seen = |network: &[&str]| written(&place, "infer", network, &[&images]);
    let [of_run, of_file] = networks(&run, &weights);
    let expected = scored(&of_run);
    assert_eq!(expected, scored(&of_file));
    assert_eq!(seen(&of_run), seen(&of_file));
    let published = undescribed(&place, &of_file);
    assert_ne!(expected, scored(&published));
    // Joints come from the folder of the data set then.
    let facts = concat!(env!("CARGO_MANIFEST_DIR"), "/../../datasets/crowdpose.ron");
    fs::copy(facts, place.path("data/own.ron")).unwrap();
    let score = [&["eval-pose"], &published[..], &["--data", &data]].concat();
    scalenas(&score).fixable(&["17 joints", "14", "--facts"]);
    let out = place.arg("out.json");
    scalenas(&[&["infer"], &published[..], &[&images, "--out", &out]].concat())
        .fixable(&["--boxes whole"]);
}
