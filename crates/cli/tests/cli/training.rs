//! Ways to train, as a user asks for them.

use std::fs;

use crate::common::{Place, metrics, scalenas};

#[test]
fn policies_optimisers_and_averages_come_from_the_experiment() {
    let place = Place::new();
    let options = [
        "train.sampling=(Sandwich: (random: 1, distil: true))",
        "train.optimizer=(AdamW: (weight_decay: 0.05))",
        "train.cosine=0.01",
        "train.clip=1.0",
        "train.ema=0.99",
        "train.distil_weight_end=0.1",
        "train.log_every=2",
    ];
    let set: Vec<&str> = options.iter().flat_map(|option| ["--set", option]).collect();
    place.supernet("run", &set).good();
    let lines = metrics(&place.path("run"));
    let line = lines.iter().find(|line| line["split"] == "train").unwrap();
    assert_eq!(line["losses"].as_array().unwrap().len(), 2);
    let drawn = line["drawn"][0].as_str().unwrap();
    assert_eq!(drawn.split(' ').count(), 3, "{drawn}");
    assert!(line["gradient_norm"].as_f64().unwrap() > 0.0);
}

#[test]
fn options_out_of_range_are_named() {
    let place = Place::new();
    for (option, said) in [
        ("input=Atuo", "input is neither"),
        ("train.epochs=Atuo", "epochs is neither"),
        ("train.clip=0", "clip"),
        ("train.ema=1.5", "ema"),
        ("train.cosine=1", "cosine"),
        ("augment.scale=1", "augment.scale=1: augment.scale: 1"),
        ("appearance.contrast=2", "appearance.contrast=2: appearance.contrast: 2"),
        ("scenes.shift=-1", "scenes.shift=-1: scenes.shift: -1"),
        ("crops.least_scale=0", "crops.least_scale=0: crops.least_scale: 0"),
        ("views.least_area=0", "views.least_area=0: views.least_area: 0"),
        ("train.heatmap_sigma=0", "heatmap_sigma: 0"),
        ("train.heatmap_sigma=40", "train.heatmap_sigma=40: option"),
        ("train.distil_weight=-1", "distil_weight"),
        ("train.sampling=(Sandwich: (randm: 1))", "randm"),
        ("train.optimizer=(AdamW: (weight_decay: 0.1, nesterov: true))", "nesterov"),
    ] {
        place.supernet("run", &["--set", option]).fixable(&[said]);
    }
    let streets = ["space=tiny_segmentation", "facts=cityscapes", "train.heatmap_sigma=2.0"];
    let streets: Vec<&str> = streets.iter().flat_map(|option| ["--set", option]).collect();
    place.supernet("run", &streets).fixable(&["heatmap_sigma is 2", "tiny_segmentation", "None"]);
    place
        .supernet("run", &["--set", "train.cosine=0.1", "--set", "train.poly=0.9"])
        .fixable(&["cosine", "poly"]);
    assert!(!place.path("run").exists());
}

#[test]
fn a_sheet_shows_training_samples_as_they_are_varied() {
    let place = Place::new();
    let sheet = |name: &str, more: &[&str]| {
        let file = place.arg(name);
        let plan = ["--dry-run", "--sheet", &file, "--samples", "3"];
        place.supernet("run", &[&plan[..], more].concat()).good();
        fs::read_to_string(place.path(name)).unwrap()
    };
    let plain = sheet("plain.svg", &[]);
    assert_eq!(plain.matches("<image").count(), 3);
    assert_eq!(plain, sheet("again.svg", &[]));
    let dark = ["--set", "appearance.brightness=0.9", "--set", "appearance.erase_probability=1"];
    assert_ne!(plain, sheet("dark.svg", &dark));
    assert!(!place.path("run").exists());
    let file = place.arg("never.svg");
    place.supernet("run", &["--sheet", &file]).fixable(&["--dry-run"]);
    let nowhere = place.arg("none/sheet.svg/");
    place.supernet("run", &["--dry-run", "--sheet", &nowhere]).fixable(&["--sheet"]);
    assert!(!place.path("run").exists() && !place.path("never.svg").exists());
}

#[test]
fn wider_heatmaps_are_another_target() {
    let place = Place::new();
    let loss = |run: &str, more: &[&str]| {
        place.supernet(run, more).good();
        metrics(&place.path(run))[0]["loss"].as_f64().unwrap()
    };
    // An untrained network predicts next to nothing: the loss is the area of the Gaussians.
    let ratio = loss("wide", &["--set", "train.heatmap_sigma=1.6"])
        / loss("narrow", &["--set", "train.heatmap_sigma=0.8"]);
    assert!((2.0..6.0).contains(&ratio), "{ratio} times the loss at four times the area");
}

#[test]
fn a_single_network_teaches() {
    let place = Place::new();
    place.supernet("run", &[]).good();
    let (run, net) = (place.arg("run"), place.arg("net.safetensors"));
    scalenas(&["export", "--run", &run, "--arch", "hrnet", "--out", &net]).good();
    let teacher = format!("train.teacher={net}");
    place.supernet("taught", &["--set", &teacher]).good();
    let loss = |run: &str| metrics(&place.path(run))[0]["loss"].as_f64().unwrap();
    assert!(loss("taught") > loss("run"), "the teacher makes no difference");
    let sandwich = "train.sampling=(Sandwich: (random: 1, distil: true))";
    place
        .supernet("both", &["--set", &teacher, "--set", sandwich])
        .fixable(&["teacher", "in place"]);
    another_width_is_refused(&place);
}

/// A teacher of another width is refused before anything is trained.
fn another_width_is_refused(place: &Place) {
    let narrow = ["--set", "space=(base: \"tiny\", widths: [8, 16, 32, 64])"];
    place.supernet("narrow", &narrow).good();
    let (run, net) = (place.arg("narrow"), place.arg("narrow.safetensors"));
    scalenas(&["export", "--run", &run, "--arch", "hrnet", "--out", &net]).good();
    let teacher = format!("train.teacher={net}");
    place
        .supernet("refused", &["--set", &teacher])
        .fixable(&["train.teacher", "narrow.safetensors"]);
    assert!(!place.path("refused").exists());
}
