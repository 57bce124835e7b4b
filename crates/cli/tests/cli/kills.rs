//! Calls that are killed at any moment and continued: the same bits as without.
//!
//! `SCALENAS_KILLS=50 cargo test --test cli kills` kills that often; without, once per verb.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use crate::common::{Place, command, metrics, scalenas, text};
use crate::stream::Stream;

/// Variable with the number of kills.
const KILLS: &str = "SCALENAS_KILLS";
/// Kills without it.
const FEW: usize = 3;

/// A verb that can be continued, with what it leaves.
struct Verb {
    /// Folder that a call begins with, if it is not an empty one.
    start: Option<&'static str>,
    /// Arguments for an output folder.
    call: fn(&Place, &str) -> Vec<String>,
    /// Equality of two output folders.
    same: fn(&Path, &Path),
}

fn verbs() -> [Verb; 3] {
    [
        Verb { start: None, call: supernet, same: same_weights },
        Verb { start: Some("trained"), call: evolve, same: same_search },
        Verb { start: None, call: quickstart, same: same_report },
    ]
}

fn supernet(place: &Place, out: &str) -> Vec<String> {
    let path = place.arg(out);
    if place.path(out).join("run.json").exists() {
        return ["supernet", "--resume", &path].map(str::to_owned).to_vec();
    }
    let (config, data) = (place.arg("small.ron"), place.arg("data"));
    let more = ["--set", "train.epochs=6", "--set", "train.checkpoint_every=2"];
    let call = ["supernet", "--config", &config, "--data", &data, "--out", &path];
    call.iter().chain(&more).map(|&word| word.to_owned()).collect()
}

fn evolve(place: &Place, out: &str) -> Vec<String> {
    ["evolve", "--run", &place.arg(out)].map(str::to_owned).to_vec()
}

fn quickstart(place: &Place, out: &str) -> Vec<String> {
    let (config, path) = (place.arg("quick.ron"), place.arg(out));
    let call = ["quickstart", "--config", &config, "--out", &path];
    let there = place.path(out).join("run/run.json").exists();
    let more = there.then_some("--resume");
    call.into_iter().chain(more).map(str::to_owned).collect()
}

fn same_files(a: &Path, b: &Path, files: &[&str]) {
    for file in files {
        let read = |folder: &Path| fs::read(folder.join(file)).unwrap();
        assert!(read(a) == read(b), "{file} of {} and {} differs", a.display(), b.display());
    }
}

fn same_weights(a: &Path, b: &Path) {
    same_files(a, b, &["supernet.safetensors"]);
    assert_eq!(metrics(a), metrics(b));
}

fn same_search(a: &Path, b: &Path) {
    same_files(a, b, &["search/outcome.ron", "search/candidates.csv", "search/best.ron"]);
}

fn same_report(a: &Path, b: &Path) {
    same_files(a, b, &["report.html", "summary.json", "run/supernet.safetensors"]);
}

/// Kills a call after some time; tells whether it was still running.
fn killed(arguments: &[String], after: Duration) -> bool {
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let mut command = command(&arguments);
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    sleep(after);
    let running = child.try_wait().unwrap().is_none();
    let _ = child.kill();
    child.wait().unwrap();
    running
}

fn whole(place: &Place, verb: &Verb, out: &str) {
    let arguments = (verb.call)(place, out);
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    scalenas(&arguments).good();
}

fn copy(place: &Place, from: &str, to: &str) {
    let paths = [place.path(from), place.path(to)];
    let done = Command::new("cp").arg("-r").args(paths.iter().map(|path| text(path))).status();
    assert!(done.unwrap().success());
}

#[test]
fn calls_that_are_killed_at_any_moment_end_like_those_that_are_not() {
    let kills = std::env::var(KILLS).map_or(FEW, |text| text.parse().expect("a number of kills"));
    let place = Place::new();
    let small = fs::read_to_string(place.path("small.ron")).unwrap();
    let synth = "synth: (train: 8, val: 3, size: (96, 128), people: 3), train: (";
    fs::write(place.path("quick.ron"), small.replace("train: (", synth)).unwrap();
    place.supernet("trained", &[]).good();
    let verbs = verbs();
    let undisturbed = verbs.each_ref().map(|verb| {
        let out = format!("whole-{}", (verb.call)(&place, "x")[0]);
        if let Some(start) = verb.start {
            copy(&place, start, &out);
        }
        let clock = Instant::now();
        whole(&place, verb, &out);
        (out, clock.elapsed())
    });
    let (mut stream, mut hits) = (Stream(1), 0);
    for kill in 0..kills {
        let verb = &verbs[kill % verbs.len()];
        let (expected, duration) = &undisturbed[kill % verbs.len()];
        let out = format!("killed-{kill}");
        if let Some(start) = verb.start {
            copy(&place, start, &out);
        }
        let share = stream.below(1000) as u32;
        let running = killed(&(verb.call)(&place, &out), *duration * share / 1000);
        hits += usize::from(running);
        if running || !finished(&place, verb, &out) {
            whole(&place, verb, &out);
        }
        (verb.same)(&place.path(expected), &place.path(&out));
        fs::remove_dir_all(place.path(&out)).unwrap();
    }
    println!("{hits} of {kills} calls were still running when they were killed");
}

/// Whether a call that ended by itself left nothing to do.
fn finished(place: &Place, verb: &Verb, out: &str) -> bool {
    let call = (verb.call)(place, out);
    call[0] != "evolve" || place.path(out).join("search/outcome.ron").exists()
}
