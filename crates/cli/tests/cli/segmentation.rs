//! Segmentation from pictures to report, a real frame, and refused arguments.

use std::fs;
use std::path::Path;

use crate::common::{Place, scalenas, text, tree};
use crate::shared::shared;

const EXPERIMENT: &str = r#"(
    version: 1,
    space: "tiny_segmentation",
    input: (64, 64),
    crops: (base: 0),
    train: (
        epochs: 2,
        batch: 2,
        optimizer: Sgd((momentum: 0.9, weight_decay: 5e-4)),
        learning_rate: 0.02,
        poly: Some(0.9),
        norm_momentum: 0.01,
        calibration_batches: 1,
        validate_every: 2,
        log_every: 1,
    ),
    search: (initial_per_group: 1, survivors: 4, generations: 1, offspring: 4),
)"#;

/// A few small streets and an experiment.
fn streets() -> Place {
    let place = Place::empty();
    let data = place.arg("streets");
    let size = ["--size", "64x128", "--train", "4", "--val", "2"];
    let synth = ["synth", "--task", "segmentation", "--out", &data];
    scalenas(&[&synth[..], &size].concat()).good();
    fs::write(place.path("streets.ron"), EXPERIMENT).unwrap();
    place
}

fn supernet(place: &Place, run: &str, more: &[&str]) -> crate::common::Ran {
    let (config, data, out) = (place.arg("streets.ron"), place.arg("streets"), place.arg(run));
    let arguments = ["supernet", "--config", &config, "--data", &data, "--out", &out, "--json"];
    scalenas(&[&arguments[..], more].concat())
}

#[test]
fn from_streets_to_report() {
    let place = streets();
    let run = place.arg("run");
    let sheet = place.arg("sheet.svg");
    let plan = supernet(&place, "run", &["--dry-run", "--sheet", &sheet]).good().json();
    assert_eq!(fs::read_to_string(sheet).unwrap().matches("<image").count(), 4);
    assert_eq!(plan["train_pictures"], 4);
    assert!(!place.path("run").exists());
    assert_eq!(supernet(&place, "run", &[]).good().json()["iterations"], 4);
    let searched = scalenas(&["evolve", "--run", &run, "--json"]).good().json();
    let best = searched["front"].as_array().unwrap().last().unwrap().clone();
    let (pictures, submission) = (place.arg("pictures"), place.arg("submission"));
    let score = ["eval-seg", "--run", &run, "--arch", "best", "--json"];
    let kept = ["--pictures", &pictures, "--submission", &submission];
    let found = scalenas(&[&score[..], &kept].concat()).good().json();
    // The search scored this network on these pictures.
    assert_eq!(found["mean_iou"], best["mean_iou"]);
    assert_eq!(found["iou"].as_object().unwrap().len(), 19);
    assert_eq!(tree(&place.path("pictures")).len(), 2);
    let labels = tree(&place.path("submission"));
    assert!(labels.iter().all(|(name, _)| name.ends_with("_labelIds.png")), "{labels:?}");
    assert_eq!(labels.len(), 2);
    let views = ["--scales", "0.5", "1", "--flip-test", "on", "--window", "64x64"];
    let mean = scalenas(&[&score[..], &views].concat()).good().json()["mean_iou"].as_f64();
    assert!((0.0..=1.0).contains(&mean.unwrap()));
    scalenas(&["report", "--run", &run]).good();
    let page = fs::read_to_string(place.path("run/report.html")).unwrap();
    assert!(page.contains("mIoU") && page.contains("mean IoU of its classes"));
}

#[test]
fn one_seed_one_result() {
    let place = streets();
    for run in ["a", "b"] {
        supernet(&place, run, &[]).good();
        scalenas(&["evolve", "--run", &place.arg(run), "--set", "search.halving=1"]).good();
    }
    for file in ["supernet.safetensors", "search/candidates.csv", "search/best.ron"] {
        let read = |run: &str| fs::read(place.path(run).join(file)).unwrap();
        assert!(read("a") == read("b"), "{file} differs");
    }
    let changed = ["--set", "train.epochs=3", "--force"];
    supernet(&place, "a", &changed).good();
    scalenas(&["supernet", "--resume", &place.arg("b"), "--epochs", "3"]).fixable(&[
        "train.epochs",
        "2",
        "3",
    ]);
}

#[test]
fn bad_labels_are_named() {
    let place = streets();
    let label = place.path("streets/gtFine/train/synth/synth_000001_000000_gtFine_labelIds.png");
    let good = fs::read(&label).unwrap();
    let name = "synth_000001_000000_gtFine_labelIds.png";
    let palette = {
        let mut bytes = good.clone();
        bytes[25] = 3;
        bytes
    };
    let other = place.path("streets/leftImg8bit/val/synth/synth_000000_000000_leftImg8bit.png");
    for (bytes, said) in [
        (palette, "palette"),
        (fs::read(&other).unwrap(), "colour"),
        (good[..good.len() / 2].to_vec(), name),
        (Vec::new(), "not a PNG"),
    ] {
        fs::write(&label, bytes).unwrap();
        supernet(&place, "run", &[]).fixable(&[name, said, "accepted"]);
        assert!(!place.path("run").exists());
    }
    fs::remove_file(&label).unwrap();
    supernet(&place, "run", &[]).fixable(&[name, "cannot read"]);
    let skipping = supernet(&place, "run", &["--skip-bad-images"]).good();
    assert_eq!(skipping.json()["skipped_images"], 1);
    let facts = place.path("own.ron");
    let cityscapes = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../datasets/cityscapes.ron");
    let known = fs::read_to_string(cityscapes).unwrap();
    fs::write(&facts, known.replace("ids: [23]", "ids: [34]")).unwrap();
    fs::write(&label, good).unwrap();
    let own = format!("facts={}", text(&facts));
    supernet(&place, "other", &["--set", &own]).fixable(&["labelIds.png", "value 23"]);
}

/// Weights and the description beside them are all that another machine needs.
#[test]
fn exported_weights_know_their_classes() {
    let place = streets();
    let (facts, net) = (place.path("own.ron"), place.arg("out/net.safetensors"));
    let cityscapes = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../datasets/cityscapes.ron");
    let known = fs::read_to_string(cityscapes).unwrap();
    fs::write(&facts, known.replace("\"sky\"", "\"heaven\"")).unwrap();
    supernet(&place, "run", &["--set", &format!("facts={}", text(&facts))]).good();
    let (run, data) = (place.arg("run"), place.arg("streets"));
    scalenas(&["export", "--run", &run, "--arch", "smallest", "--out", &net]).good();
    let score = |network: &[&str]| {
        let rest = ["--data", &data, "--flip-test", "off", "--json"];
        scalenas(&[&["eval-seg"], network, &rest].concat()).good().json()
    };
    let found = score(&["--weights", &net]);
    assert!(found["iou"].get("heaven").is_some(), "{found}");
    assert_eq!(found, score(&["--run", &run, "--arch", "smallest"]));
    let description = place.arg("out/net.json");
    assert_eq!(found, score(&["--weights", &net, "--facts", &description]));
    let pose = ["eval-pose", "--weights", &net, "--data", &data, "--facts", &description];
    scalenas(&pose).fixable(&["net.safetensors", "eval-seg"]);
    let people = Place::new();
    let wrong = ["--set", &format!("facts={description}")];
    people.supernet("run", &wrong).fixable(&["net.json", "without joints"]);
    // Without a description, those of the data set's folder, and without these the usual ones.
    fs::remove_file(&description).unwrap();
    assert!(score(&["--weights", &net])["iou"].get("sky").is_some());
    fs::copy(&facts, place.path("streets/own.ron")).unwrap();
    assert_eq!(found, score(&["--weights", &net]));
}

#[test]
fn tasks_are_not_mixed_up() {
    let place = streets();
    supernet(&place, "run", &[]).good();
    scalenas(&["eval-pose", "--run", &place.arg("run")]).fixable(&["run", "eval-seg"]);
    let wrong = ["eval-seg", "--run", &place.arg("run")];
    for (more, said) in [
        (["--facts", "coco"], ["coco", "cityscapes"]),
        (["--split", "test"], ["test", "leftImg8bit"]),
        (["--scales", "0"], ["0", "above 0"]),
        (["--data", "/nowhere"], ["nowhere", "leftImg8bit"]),
        (["--arch", "bset"], ["bset", "largest"]),
    ] {
        scalenas(&[&wrong[..], &more].concat()).fixable(&said);
    }
    let pose = Place::new();
    pose.supernet("run", &[]).good();
    scalenas(&["eval-seg", "--run", &pose.arg("run")]).fixable(&["run", "eval-pose"]);
    let data = place.arg("streets");
    scalenas(&["synth", "--task", "segmentation", "--out", &data]).fixable(&["streets", "--force"]);
}

#[test]
#[cfg_attr(not(reference_data), ignore = "no reference data: set SCALENAS_SHARED")]
fn the_real_frame_is_learnt() {
    let shared = shared();
    let place = Place::empty();
    let sample = shared.join("data/cityscapes_sample");
    for kind in ["leftImg8bit", "gtFine"] {
        for part in ["train", "val"] {
            copy(&sample.join(kind).join("val"), &place.path("real").join(kind).join(part));
        }
    }
    let config =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../configs/segmentation/memorise.ron");
    let (run, data) = (place.arg("run"), place.arg("real"));
    let short =
        ["--set", "train.epochs=40", "--set", "input=[128, 256]", "--set", "crops.base=256"];
    let train = ["supernet", "--config", text(&config), "--data", &data, "--out", &run];
    scalenas(&[&train[..], &short].concat()).good();
    let score = scalenas(&["eval-seg", "--run", &run, "--json"]).good().json();
    let iou = score["mean_iou_present"].as_f64().unwrap();
    let list = place.path("frames.lst");
    let frame = tree(&place.path("real/leftImg8bit/val"))[0].0.clone();
    fs::write(&list, format!("leftImg8bit/val/{frame}\n")).unwrap();
    let unlabelled = ["eval-seg", "--run", &run, "--list", text(&list), "--json"];
    assert!(scalenas(&unlabelled).good().json()["mean_iou"].is_null());
    assert!(iou > 0.25, "forty looks at one frame: {iou}");
}

fn copy(from: &Path, to: &Path) {
    for (name, bytes) in tree(from) {
        let path = to.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
}

#[test]
fn plain_streets_are_segmented() {
    let place = streets();
    supernet(&place, "run", &[]).good();
    let pictures = place.arg("streets/leftImg8bit/val");
    let (run, labels, table) = (place.arg("run"), place.arg("labels"), place.arg("t.csv"));
    let words = ["infer", "--run", &run, "--arch", "smallest", &pictures, "--json"];
    scalenas(&[&words[..], &["--labels", &labels, "--csv", &table]].concat()).good();
    let expected = place.arg("expected");
    let words = ["eval-seg", "--run", &run, "--arch", "smallest", "--submission", &expected];
    scalenas(&words).good();
    let bytes = |folder: &str| -> Vec<Vec<u8>> {
        tree(&place.path(folder)).into_iter().map(|(_, bytes)| bytes).collect()
    };
    assert_eq!(bytes("labels").len(), 2);
    assert!(bytes("labels") == bytes("expected"), "one network, two segmentations");
    let rows = fs::read_to_string(place.path("t.csv")).unwrap();
    assert_eq!(rows.lines().count(), 3);
    let boxed = ["infer", "--run", &run, &pictures, "--boxes", "whole", "--csv", &table];
    scalenas(&boxed).fixable(&["--boxes", "takes whole pictures"]);
}
