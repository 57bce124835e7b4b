//! From pictures to report, interrupted or not.

#![allow(clippy::unwrap_used, reason = "a panic is a failed test")]

mod common;

use std::fs;
use std::process::Stdio;
use std::thread::sleep;
use std::time::Duration;

use common::{Place, command, ended, text, tree, xtask};
use serde_json::Value;

/// Metrics without what depends on the clock.
fn metrics(path: &std::path::Path) -> Vec<Value> {
    let lines = fs::read_to_string(path).unwrap();
    let mut lines: Vec<Value> =
        lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    for line in &mut lines {
        line.as_object_mut().unwrap().remove("images_per_second");
    }
    lines
}

#[test]
fn synthetic_people_follow_from_the_seed() {
    let place = Place::new();
    place.synth("same", &["--train", "8", "--val", "3"]);
    place.synth("other", &["--train", "8", "--val", "3", "--seed", "1"]);
    let [first, same, other] = ["data", "same", "other"].map(|name| tree(&place.path(name)));
    assert!(first == same && first != other);
}

#[test]
fn from_pictures_to_report() {
    let place = Place::new();
    let trained = place.supernet("run", &["--json"]).good();
    assert_eq!(trained.json()["interrupted"], false);
    let run = place.arg("run");
    let searched = xtask(&["evolve", "--run", &run, "--json"]).good();
    assert!(searched.json().is_object());
    for file in ["outcome.ron", "candidates.csv", "pareto.svg", "best.ron"] {
        assert!(place.path("run/search").join(file).exists(), "no {file}");
    }
    let csv = fs::read_to_string(place.path("run/search/candidates.csv")).unwrap();
    assert!(csv.lines().count() > 4, "{csv}");
    let best = place.arg("run/search/best.ron");
    for arch in ["largest", "smallest", &best] {
        let ran = xtask(&["eval-pose", "--run", &run, "--arch", arch, "--json"]).good();
        let ap = ran.json()["AP"].as_f64().unwrap();
        assert!((0.0..=1.0).contains(&ap), "{ap}");
    }
    let pictures = place.arg("pictures");
    xtask(&["eval-pose", "--run", &run, "--arch", &best, "--pictures", &pictures]).good();
    assert!(!tree(&place.path("pictures")).is_empty());
    xtask(&["report", "--run", &run]).good();
    let page = fs::read_to_string(place.path("run/report.html")).unwrap();
    for outside in ["src=\"http", "href=\"http", "url(http", "@import"] {
        assert!(!page.contains(outside), "the page fetches {outside}");
    }
    assert!(page.contains("<svg") && page.contains("data:image"));
}

#[test]
fn one_seed_one_result() {
    let place = Place::new();
    for run in ["a", "b", "c"] {
        let more: &[&str] = if run == "c" { &["--seed", "7"] } else { &[] };
        place.supernet(run, more).good();
        xtask(&["evolve", "--run", &place.arg(run)]).good();
    }
    let read = |run: &str, file: &str| fs::read(place.path(run).join(file)).unwrap();
    for file in ["supernet.safetensors", "search/candidates.csv", "search/best.ron"] {
        assert!(read("a", file) == read("b", file), "{file} differs");
    }
    let [a, b] = ["a", "b"].map(|run| metrics(&place.path(run).join("metrics.jsonl")));
    assert_eq!(a, b);
    assert!(read("a", "supernet.safetensors") != read("c", "supernet.safetensors"));
}

#[test]
fn a_stopped_run_ends_like_one_that_was_not() {
    let place = Place::new();
    let more = ["--set", "train.epochs=12"];
    place.supernet("whole", &more).good();
    let (config, data, run) = (place.arg("small.ron"), place.arg("data"), place.arg("stopped"));
    let mut arguments = vec!["supernet", "--config", &config, "--data", &data, "--out", &run];
    arguments.extend(more);
    let child = command(&arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let log = place.path("stopped/metrics.jsonl");
    while fs::read_to_string(&log).map_or(0, |text| text.lines().count()) < 5 {
        sleep(Duration::from_millis(2));
    }
    let killed =
        std::process::Command::new("kill").args(["-INT", &child.id().to_string()]).status();
    assert!(killed.unwrap().success());
    let stopped = ended(child).good();
    assert!(stopped.stdout.contains("--resume"), "{stopped:#?}");
    xtask(&["supernet", "--resume", &run]).good();
    let read = |run: &str, file: &str| fs::read(place.path(run).join(file)).unwrap();
    assert!(read("whole", "supernet.safetensors") == read("stopped", "supernet.safetensors"));
    let [whole, stopped] =
        ["whole", "stopped"].map(|run| metrics(&place.path(run).join("metrics.jsonl")));
    assert_eq!(whole, stopped);
}

#[test]
fn an_existing_run_is_not_touched() {
    let place = Place::new();
    place.supernet("run", &[]).good();
    let before = tree(&place.path("run"));
    place.supernet("run", &[]).fixable(&["run", "--resume", "--force"]);
    assert!(tree(&place.path("run")) == before);
    place.supernet("run", &["--force", "--seed", "3"]).good();
    assert!(tree(&place.path("run")) != before);
    let data = place.path("data");
    let again = ["synth", "--out", text(&data), "--train", "1", "--val", "1"];
    xtask(&again).fixable(&["data", "--force"]);
}
