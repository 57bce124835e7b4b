//! Search spaces of one's own.

use std::fs;

use crate::common::{Place, read_json, scalenas};

const NARROW: &str = "(base: \"tiny\", name: \"narrow\", widths: [8, 16, 24], modules: [1, 1], steps: 2, \
                      stem: (channels: 8, bottlenecks: 1, bottleneck_channels: 8, expansion: 2))";

/// An experiment of two epochs in a space.
fn experiment(space: &str) -> String {
    format!(
        "(version: 1, space: {space}, input: (64, 64), \
         train: (epochs: 1, batch: 4, validate_every: 1, validation_people: 2, calibration_batches: 1), \
         search: (initial_per_group: 1, survivors: 2, generations: 1, offspring: 2))"
    )
}

#[test]
fn a_space_of_ones_own_is_trained_searched_and_exported() {
    let place = Place::new();
    let file = place.arg("narrow.ron");
    fs::write(&file, NARROW).unwrap();
    let widths = |run: &str| {
        let info = read_json(&place.path(run).join("run.json"));
        (info["space"]["name"].clone(), info["space"]["widths"].clone())
    };
    for (run, space) in [("inline", NARROW.to_owned()), ("file", format!("{file:?}"))] {
        fs::write(place.path("small.ron"), experiment(&space)).unwrap();
        place.supernet(run, &[]).good();
        assert_eq!(widths(run), ("narrow".into(), serde_json::json!([8, 16, 24])));
    }
    // A run holds its space: the file is no longer needed.
    fs::remove_file(&file).unwrap();
    let run = place.arg("file");
    scalenas(&["evolve", "--run", &run]).good();
    let net = place.arg("net.onnx");
    scalenas(&["export", "--run", &run, "--arch", "best", "--out", &net]).good();
    let tuned = place.arg("tuned");
    scalenas(&["finetune", "--run", &run, "--arch", "best", "--epochs", "1", "--out", &tuned])
        .good();
    let inline = place.arg("inline");
    scalenas(&["supernet", "--resume", &inline, "--epochs", "2"]).good();
    scalenas(&["supernet", "--resume", &inline, "--epochs", "2", "--set", "space.steps=3"])
        .fixable(&["space"]);
}

#[test]
fn a_space_is_costed_drawn_and_checked() {
    let place = Place::empty();
    let (file, picture) = (place.arg("narrow.ron"), place.arg("net.svg"));
    fs::write(&file, NARROW).unwrap();
    let cost = ["cost", "--arch", "largest", "--input", "64x64", "--json", "--space"];
    let narrow = scalenas(&[&cost[..], &[&file, "--picture", &picture]].concat()).good().json();
    let tiny = scalenas(&[&cost[..], &["tiny"]].concat()).good().json();
    assert!(narrow["parameters"].as_u64() < tiny["parameters"].as_u64(), "{narrow} {tiny}");
    assert!(fs::read_to_string(&picture).unwrap().contains("<svg"));
    scalenas(&[&cost[..], &[&place.arg("none.ron")]].concat())
        .fixable(&["none.ron", "accepted: pose_w32"]);
    for (text, said) in [
        ("(base: \"tinny\")", "did you mean tiny"),
        ("(base: \"tiny\", width: [8])", "did you mean widths"),
        ("(base: \"tiny\", widths: [8, 16])", "without modules"),
        ("(base: \"tiny\", depth_choices: [3, 2, 1])", "depth_choices"),
        ("(widths: [8])", "base"),
    ] {
        fs::write(&file, text).unwrap();
        scalenas(&[&cost[..], &[&file]].concat()).fixable(&["narrow.ron", said]);
        fs::write(place.path("small.ron"), experiment(text)).unwrap();
        place.supernet("run", &[]).fixable(&["small.ron", said]);
    }
    fs::write(place.path("small.ron"), experiment("7")).unwrap();
    place.supernet("run", &[]).fixable(&["small.ron", "the name of a search space"]);
}

#[test]
fn presets_for_small_devices_are_measured() {
    for space in ["pose_lite", "segmentation_lite", "bottom_up_lite"] {
        let bench = ["bench", "--space", space, "--arch", "smallest", "--input", "64x64"];
        let ran =
            scalenas(&[&bench[..], &["--batch", "1", "--reps", "1", "--json"]].concat()).good();
        assert!(ran.stdout.contains("\"train\""), "{ran:#?}");
    }
    scalenas(&["bench", "--space", "tiny_multitask"]).fixable(&["tiny_multitask", "two heads"]);
}
