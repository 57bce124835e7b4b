//! Supernets of two tasks: batches in turn, search by both figures and the cost.

use std::fs;

use crate::common::{Place, metrics, scalenas, text};

/// People of [`Place`], streets beside them, and an experiment with both.
fn both() -> Place {
    let place = Place::new();
    let streets = place.arg("streets");
    let size = ["--size", "64x128", "--train", "4", "--val", "2"];
    let synth = ["synth", "--task", "segmentation", "--out", &streets];
    scalenas(&[&synth[..], &size].concat()).good();
    let experiment = format!(
        "(version: 1, space: \"tiny_multitask\", input: (64, 64), crops: (base: 0),
          second: (data: {streets:?}, input: (64, 128), batch: 2),
          train: (epochs: 3, batch: 4, learning_rate: 1e-3, milestones: [2], validate_every: 3,
                  calibration_batches: 1, log_every: 1, checkpoint_every: 1),
          search: (initial_per_group: 1, survivors: 4, generations: 1, offspring: 3))"
    );
    fs::write(place.path("both.ron"), experiment).unwrap();
    place
}

fn train(place: &Place, run: &str, more: &[&str]) -> crate::common::Ran {
    let (config, data, out) = (place.arg("both.ron"), place.arg("data"), place.arg(run));
    let arguments = ["supernet", "--config", &config, "--data", &data, "--out", &out, "--json"];
    scalenas(&[&arguments[..], more].concat())
}

#[test]
fn two_tasks_take_turns_and_make_a_front_of_three_objectives() {
    let place = both();
    // Eight pictures of people in batches of four or more, four streets in batches of two.
    assert_eq!(train(&place, "run", &[]).good().json()["iterations"], 3 * 4);
    let lines = metrics(&place.path("run"));
    let validated = |key: &str| lines.iter().filter(|line| line.get(key).is_some()).count();
    assert_eq!((validated("ap"), validated("mean_iou")), (4, 4));
    let run = place.arg("run");
    let searched =
        scalenas(&["evolve", "--run", &run, "--set", "search.halving=1", "--json"]).good().json();
    let front = searched["front"].as_array().unwrap();
    let best = front.last().unwrap();
    let arch = best["id"].as_str().unwrap();
    let pose = scalenas(&["eval-pose", "--run", &run, "--arch", arch, "--json"]).good().json();
    let classes = scalenas(&["eval-seg", "--run", &run, "--arch", arch, "--json"]).good().json();
    assert_eq!((&best["ap"], &best["mean_iou"]), (&pose["AP"], &classes["mean_iou"]));
    for file in ["pareto.svg", "pareto_mean_iou.svg"] {
        assert!(place.path("run/search").join(file).exists(), "{file}");
    }
    let csv = fs::read_to_string(place.path("run/search/candidates.csv")).unwrap();
    assert!(csv.contains("fitness_1,fitness_2"), "{csv}");
    scalenas(&["report", "--run", &run]).good();
}

#[test]
fn a_resumed_run_ends_like_one_that_was_not_stopped() {
    let place = both();
    train(&place, "whole", &[]).good();
    train(&place, "part", &[]).good();
    let entries = fs::read_dir(place.path("part/checkpoints")).unwrap();
    let mut checkpoints: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    checkpoints.sort();
    fs::remove_dir_all(checkpoints.pop().unwrap()).unwrap();
    fs::remove_file(place.path("part/supernet.safetensors")).unwrap();
    // The damaged run ends in the middle of an epoch, between the two tasks.
    assert!(text(&checkpoints.pop().unwrap()).ends_with("11"));
    scalenas(&["supernet", "--resume", &place.arg("part")]).good();
    let read = |run: &str| fs::read(place.path(run).join("supernet.safetensors")).unwrap();
    assert!(read("whole") == read("part"));
    assert_eq!(metrics(&place.path("whole")), metrics(&place.path("part")));
}

#[test]
fn a_second_task_without_need_or_without_data_is_named() {
    let place = both();
    let whole = fs::read_to_string(place.path("both.ron")).unwrap();
    let config = place.path("wrong.ron");
    let second = whole.lines().find(|line| line.contains("second")).unwrap();
    for (text_of, said) in [
        (whole.replace(second, ""), "add second"),
        (whole.replace("tiny_multitask", "tiny"), "accepted: a multitask space"),
        (whole.replace("batch: 2", "batch: 0"), "second.batch"),
        (whole.replace("(64, 128)", "(64, 130)"), "second.input"),
    ] {
        fs::write(&config, text_of).unwrap();
        let data = place.arg("data");
        scalenas(&["supernet", "--config", text(&config), "--data", &data])
            .fixable(&["wrong.ron", said]);
    }
}
