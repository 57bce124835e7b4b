//! One run on several devices: processes on loopback, as users start them.

use std::fs;
use std::net::TcpListener;
use std::process::{Child, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use crate::common::{Place, command, ended, metrics, scalenas};

/// A free address of this machine.
fn address() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    listener.local_addr().expect("bound").to_string()
}

fn start(arguments: &[&str]) -> Child {
    let mut command = command(arguments);
    command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the runner starts")
}

/// Losses of a run, iteration by iteration.
fn losses(place: &Place, run: &str) -> Vec<f64> {
    let lines = metrics(&place.path(run));
    let lists = lines.iter().filter_map(|line| line["losses"].as_array());
    lists.flatten().map(|loss| loss.as_f64().expect("a number")).collect()
}

/// Asserts that losses are those of another run, as far as another number of threads would leave them so.
fn alike(alone: &[f64], together: &[f64]) {
    assert!(alone.len() == together.len() && alone.len() > 5, "{}", together.len());
    for (place, (alone, together)) in alone.iter().zip(together).enumerate() {
        let limit = if place < 2 { 1e-6 } else { 1e-4 };
        assert!((alone - together).abs() < limit, "{place}: {alone} {together}");
    }
}

/// Waits until a run has a checkpoint.
fn until_checkpoint(place: &Place, run: &str) {
    let end = Instant::now() + Duration::from_mins(2);
    let folder = place.path(run).join("checkpoints");
    let saved = || fs::read_dir(&folder).is_ok_and(|mut entries| entries.next().is_some());
    while !saved() {
        assert!(Instant::now() < end, "no checkpoint");
        sleep(Duration::from_millis(20));
    }
}

#[test]
fn devices_share_a_run() {
    let place = Place::new();
    place.supernet("alone", &[]).good();
    place.supernet("three", &["--devices", "cpu,cpu,cpu"]).good();
    let (alone, three) = (losses(&place, "alone"), losses(&place, "three"));
    alike(&alone, &three);
    // Later verbs need no other machine.
    scalenas(&["eval-pose", "--run", &place.arg("three"), "--arch", "smallest"]).good();
}

#[test]
fn a_killed_process_ends_the_others_with_its_name_and_the_run_goes_on() {
    let place = Place::new();
    place.supernet("alone", &["--set", "train.epochs=12"]).good();
    let address = address();
    let (config, data, out) = (place.arg("small.ron"), place.arg("data"), place.arg("run"));
    let first = start(&[
        "supernet",
        "--config",
        &config,
        "--data",
        &data,
        "--out",
        &out,
        "--ranks",
        "2",
        "--listen",
        &address,
        "--set",
        "train.epochs=12",
        "--set",
        "train.checkpoint_every=2",
    ]);
    let mut second = start(&["supernet", "--join", &address]);
    until_checkpoint(&place, "run");
    second.kill().expect("it runs");
    second.wait().expect("it was started");
    let start = Instant::now();
    let said = ended(first);
    assert_eq!(said.code, Some(2), "{said:#?}");
    assert!(start.elapsed() < Duration::from_secs(8), "{:?}", start.elapsed());
    for words in ["rank 1 of 2", "its connection closed", "--resume"] {
        assert!(said.stderr.contains(words), "{words:?} is not said in {said:#?}");
    }
    // With another number of devices, too.
    scalenas(&["supernet", "--resume", &out, "--devices", "cpu,cpu,cpu"]).good();
    let (alone, resumed) = (losses(&place, "alone"), losses(&place, "run"));
    alike(&alone, &resumed);
}

#[test]
fn wrong_devices_are_named_before_the_work() {
    let place = Place::new();
    let few = ["--devices", "cpu,cpu,cpu,cpu,cpu"];
    place.supernet("few", &few).fixable(&["batch of 4", "5 devices", "--batch 5"]);
    let less = ["--devices", "cpu,cpu", "--ranks", "1"];
    place.supernet("less", &less).fixable(&["--ranks 1", "2 devices"]);
    let none = ["--ranks", "0"];
    place.supernet("none", &none).fixable(&["--ranks", "at least 1"]);
    let unknown = ["--devices", "cpu,gpu"];
    place.supernet("unknown", &unknown).fixable(&["gpu", "accepted: cpu"]);
    let nowhere = ["--ranks", "2", "--listen", "nowhere"];
    place.supernet("nowhere", &nowhere).fixable(&["nowhere", "HOST:PORT"]);
    for ignored in [["--set", "train.batch=3"], ["--data", "elsewhere"], ["--ranks", "2"]] {
        let call = [&["supernet", "--join", "127.0.0.1:1"][..], &ignored].concat();
        scalenas(&call).fixable(&["--join", ignored[0]]);
    }
    let missing = scalenas(&["supernet", "--join", "127.0.0.1"]);
    missing.fixable(&["127.0.0.1", "HOST:PORT"]);
    for name in ["few", "less", "none", "unknown", "nowhere"] {
        assert!(!place.path(name).exists(), "{name}");
    }
}
