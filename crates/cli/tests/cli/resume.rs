//! Equal results of runs that were stopped or killed and continued, and of runs that were not.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use crate::common::{Place, Ran, command, ended, metrics, scalenas};

/// Maximum time until a call can be stopped.
const PATIENCE: Duration = Duration::from_mins(2);
/// Options of a run that is long enough to be stopped.
const LONG: [&str; 4] = ["--set", "train.epochs=12", "--set", "train.checkpoint_every=4"];

/// Sends a signal as soon as `ready` holds, and waits for the end.
fn signalled(arguments: &[&str], signal: &str, ready: impl Fn() -> bool) -> Ran {
    let mut command = command(arguments);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let clock = Instant::now();
    while !ready() {
        let running = child.try_wait().unwrap().is_none() && clock.elapsed() < PATIENCE;
        assert!(running, "{:#?}", ended(child));
        sleep(Duration::from_millis(2));
    }
    let sent = Command::new("kill").args([signal, &child.id().to_string()]).status();
    assert!(sent.unwrap().success());
    ended(child)
}

fn lines(path: &Path) -> usize {
    fs::read_to_string(path).map_or(0, |text| text.lines().count())
}

fn supernet(place: &Place, out: &str) -> Vec<String> {
    let [config, data, out] = ["small.ron", "data", out].map(|name| place.arg(name));
    let mut arguments = vec!["supernet", "--config", &config, "--data", &data, "--out", &out];
    arguments.extend(LONG);
    arguments.into_iter().map(str::to_owned).collect()
}

/// Equal weights, and equal metrics: no line lost, none twice.
fn assert_same_run(place: &Place, whole: &str, stopped: &str) {
    let weights = |run: &str| fs::read(place.path(run).join("supernet.safetensors")).unwrap();
    assert!(weights(whole) == weights(stopped), "weights differ");
    assert_eq!(metrics(&place.path(whole)), metrics(&place.path(stopped)));
}

#[test]
fn a_supernet_that_is_stopped() {
    let place = Place::new();
    place.supernet("whole", &LONG).good();
    let arguments = supernet(&place, "stopped");
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let log = place.path("stopped/metrics.jsonl");
    let stopped = signalled(&arguments, "-INT", || lines(&log) > 4).good();
    assert!(stopped.stdout.contains("--resume"), "{stopped:#?}");
    assert!(!place.path("stopped/supernet.safetensors").exists(), "{stopped:#?}");
    let run = place.arg("stopped");
    scalenas(&["evolve", "--run", &run]).fixable(&["stopped", "--resume"]);
    scalenas(&["supernet", "--resume", &run]).good();
    assert_same_run(&place, "whole", "stopped");
}

#[test]
fn a_supernet_that_is_killed() {
    let place = Place::new();
    place.supernet("whole", &LONG).good();
    let arguments = supernet(&place, "killed");
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let log = place.path("killed/metrics.jsonl");
    // Past the first checkpoint, and past lines that it does not know.
    let killed = signalled(&arguments, "-KILL", || lines(&log) > 9);
    assert_eq!(killed.code, None, "{killed:#?}");
    scalenas(&["supernet", "--resume", &place.arg("killed")]).good();
    assert_same_run(&place, "whole", "killed");
}

#[test]
fn a_search_that_is_stopped_or_killed() {
    let place = Place::new();
    for signal in ["-INT", "-KILL"] {
        let [whole, stopped] =
            ["whole", "stopped"].map(|name| place.arg(&format!("{name}{signal}")));
        place.supernet(&format!("whole{signal}"), &[]).good();
        place.supernet(&format!("stopped{signal}"), &[]).good();
        let evolve = |run| ["evolve", "--run", run, "--set", "search.initial_per_group=4"];
        scalenas(&evolve(&whole)).good();
        let run = place.arg(&format!("stopped{signal}"));
        let ran = signalled(&evolve(&stopped), signal, || scored(&run) > 3);
        let results = place.path(&format!("stopped{signal}/search/outcome.ron"));
        assert!(!results.exists(), "{ran:#?}");
        assert_eq!(ran.code, if signal == "-INT" { Some(0) } else { None }, "{ran:#?}");
        let continued = scalenas(&evolve(&stopped)).good();
        assert!(continued.stderr.contains("continuing after"), "{continued:#?}");
        for file in ["outcome.ron", "candidates.csv", "best.ron"] {
            let read = |run: &str| fs::read(Path::new(run).join("search").join(file)).unwrap();
            assert!(read(&whole) == read(&stopped), "{file} differs after {signal}");
        }
    }
}

#[test]
fn a_quickstart_that_is_stopped() {
    let place = Place::new();
    let config = place.path("small.ron");
    let text = fs::read_to_string(&config).unwrap();
    let synth = "synth: (train: 8, val: 3, size: (96, 128), people: 3), train: (";
    fs::write(&config, text.replace("train: (", synth)).unwrap();
    let [config, whole, stopped] = ["small.ron", "whole", "stopped"].map(|name| place.arg(name));
    let quickstart = |out| ["quickstart", "--config", &config, "--out", out, "--epochs", "12"];
    scalenas(&quickstart(&whole)).good();
    let log = place.path("stopped/run/metrics.jsonl");
    let ran = signalled(&quickstart(&stopped), "-INT", || lines(&log) > 4).good();
    assert!(ran.stdout.contains("--resume"), "{ran:#?}");
    scalenas(&quickstart(&stopped)).fixable(&["stopped", "--resume", "--force"]);
    scalenas(&[&quickstart(&stopped)[..], &["--resume", "--json"]].concat()).good().json();
    for file in ["report.html", "summary.json"] {
        let read = |out: &str| fs::read(Path::new(out).join(file)).unwrap();
        assert!(read(&whole) == read(&stopped), "{file} differs");
    }
}

#[test]
fn a_run_belongs_to_one_process() {
    let place = Place::new();
    place.supernet("whole", &LONG).good();
    let arguments = supernet(&place, "held");
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let run = place.arg("held");
    let mut first = command(&arguments);
    let first = first.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let log = place.path("held/metrics.jsonl");
    let clock = Instant::now();
    while lines(&log) < 2 && clock.elapsed() < PATIENCE {
        sleep(Duration::from_millis(2));
    }
    let said = ["held", "another process works", &format!("process {}", first.id())];
    scalenas(&["supernet", "--resume", &run]).fixable(&said);
    scalenas(&[&arguments[..], &["--force"]].concat()).fixable(&said);
    assert_eq!(ended(first).code, Some(0), "the first process was disturbed");
    assert_same_run(&place, "whole", "held");
    // What a killed process leaves keeps nobody out: see the runs above that are killed and continued.
    assert!(!place.path("held/run.lock").exists());
    scalenas(&["supernet", "--resume", &run]).good();
}

/// Networks in the archive of a run that have a score.
fn scored(run: &str) -> i64 {
    let ran = scalenas(&["archive", "list", "--run", run, "--json"]);
    // The archive is made after the call begins.
    if ran.code == Some(0) {
        ran.json()["evaluations"][0]["scored"].as_i64().unwrap_or(0)
    } else {
        0
    }
}
