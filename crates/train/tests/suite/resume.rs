//! A run that was stopped or killed anywhere and continued is the run that was not.

#![allow(clippy::unwrap_used, reason = "a panic is a failed test")]

use std::fs;
use std::num::NonZeroUsize;
use std::path::Path;
use std::sync::Barrier;
use std::thread;

use crate::common::left::{Left, checkpoints, iteration, metrics};
use crate::common::{Event, Place, changed, copy, options};
use scalenas_train::{
    CheckpointOptions, Epochs, Existing, Momentum, OptimizerOptions, RunFolder, Sandwich,
    SubnetSampling, TrainOptions, WeightDecay, read_metrics,
};

/// Lines that gather several iterations, and validation: what a run could lose or write twice.
fn gathering() -> TrainOptions {
    changed(&options(), |options| {
        options.log_every = 3;
        options.validation.every = NonZeroUsize::new(2);
    })
}

/// Options of one epoch.
fn once() -> TrainOptions {
    changed(&options(), |options| options.schedule.epochs = Epochs::Number(1))
}

/// Folder of a run that was killed after one of its checkpoints and before the next.
fn kill_after(whole: &Path, killed: &Path, last: u64) {
    copy(whole, killed);
    fs::remove_file(killed.join("supernet.safetensors")).unwrap();
    for checkpoint in checkpoints(killed) {
        if iteration(&checkpoint) > last {
            fs::remove_dir_all(checkpoint).unwrap();
        }
    }
}

/// Kills a run after each of its checkpoints; tells how many there were.
fn kill_everywhere(options: &TrainOptions) -> usize {
    let place = Place::new();
    place.run("whole", options).unwrap();
    let whole = Left::read(&place, "whole");
    assert_eq!(whole.moments.is_empty(), matches!(options.optimizer, OptimizerOptions::Sgd(_)));
    let saved = checkpoints(&place.path("whole"));
    for checkpoint in &saved {
        let last = iteration(checkpoint);
        kill_after(&place.path("whole"), &place.path("killed"), last);
        place.resume("killed", options).unwrap();
        whole.same(&Left::read(&place, "killed"), &format!("killed after {last}"));
        fs::remove_dir_all(place.path("killed")).unwrap();
    }
    saved.len()
}

#[test]
fn a_killed_run_ends_like_one_that_was_not() {
    assert!(kill_everywhere(&gathering()) > 3);
}

#[test]
fn so_does_one_that_sums_gradients() {
    let options = changed(&gathering(), |options| {
        options.accumulation = 2;
        options.schedule.epochs = Epochs::Number(2);
    });
    assert!(kill_everywhere(&options) > 2);
}

#[test]
fn so_does_one_with_momentum() {
    let sgd =
        OptimizerOptions::Sgd(Momentum { momentum: 0.9, weight_decay: 1e-4, decay_norms: true });
    let options = changed(&options(), |options| {
        options.optimizer = sgd;
        options.schedule.epochs = Epochs::Number(2);
    });
    assert!(kill_everywhere(&options) > 2);
}

#[test]
fn so_does_one_that_averages_its_weights() {
    let options = changed(&gathering(), |options| {
        options.sampling = SubnetSampling::Sandwich(Sandwich { random: 1, distil: true });
        options.optimizer =
            OptimizerOptions::AdamW(WeightDecay { weight_decay: 0.05, decay_norms: false });
        options.accumulation = 2;
        options.clip = Some(0.05);
        options.average = Some(0.9);
        options.schedule.cosine = Some(0.1);
        options.distillation.end = Some(0.1);
        options.schedule.epochs = Epochs::Number(2);
    });
    assert!(kill_everywhere(&options) > 2);
}

#[test]
fn a_stopped_run_ends_like_one_that_was_not() {
    let (place, options) = (Place::new(), gathering());
    let iterations = place.run("whole", &options).unwrap().iterations;
    let whole = Left::read(&place, "whole");
    let epoch = iterations / options.schedule.epochs.number() as u64;
    // Between lines, on a line, and where an epoch ends that is validated.
    let validated = 2 * epoch;
    let events = [Event::Saved(4), Event::Logged(3), Event::Saved(validated)];
    for event in events {
        let stopped = place.until("stopped", &options, event);
        let asked = match event {
            Event::Saved(iteration) | Event::Logged(iteration) => iteration,
        };
        assert!(stopped.interrupted, "{event:?}");
        assert!((asked..=asked + 1).contains(&stopped.iterations), "{event:?} {stopped:?}");
        assert!(!place.path("stopped/supernet.safetensors").exists());
        let ended = place.resume("stopped", &options).unwrap();
        assert!(!ended.interrupted && ended.iterations == iterations);
        whole.same(&Left::read(&place, "stopped"), &format!("{event:?}"));
        fs::remove_dir_all(place.path("stopped")).unwrap();
    }
}

/// A stop that comes with the end finds nothing left to do.
#[test]
fn a_run_stopped_at_its_end_is_complete() {
    let (place, options) = (
        Place::new(),
        changed(&gathering(), |options| options.schedule.epochs = Epochs::Number(1)),
    );
    let iterations = place.run("whole", &options).unwrap().iterations;
    let every = TrainOptions { log_every: iterations as usize, ..options.clone() };
    let ended = place.until("stopped", &every, Event::Logged(iterations));
    assert!(!ended.interrupted && ended.iterations == iterations);
    let [whole, stopped] = ["whole", "stopped"].map(|run| Left::read(&place, run));
    assert!(whole.weights == stopped.weights);
    let validated = |left: &Left| left.metrics.iter().filter(|r| r.split == "validation").count();
    assert_eq!(validated(&whole), validated(&stopped));
    assert!(validated(&whole) > 0);
}

#[test]
fn no_line_is_missing_or_twice() {
    let (place, options) = (Place::new(), gathering());
    let iterations = place.run("run", &options).unwrap().iterations;
    let lines = metrics(&place.path("run"));
    let found: Vec<u64> =
        lines.iter().filter(|r| r.split == "train").map(|r| r.iteration).collect();
    let every = options.log_every as u64;
    let expected: Vec<u64> = (1..=iterations / every).map(|line| line * every).collect();
    assert_eq!(found, expected);
    let validated: Vec<u64> =
        lines.iter().filter(|r| r.split == "validation").map(|r| r.epoch).collect();
    let subnets = scalenas_space::Architecture::NAMES.len();
    let epochs =
        [2, options.schedule.epochs.number() as u64].map(|epoch| vec![epoch; subnets]).concat();
    assert_eq!(validated, epochs);
}

#[test]
fn a_run_can_be_made_longer() {
    let place = Place::new();
    let (short, long) = (once(), options());
    place.run("whole", &long).unwrap();
    place.run("longer", &short).unwrap();
    place.resume("longer", &long).unwrap();
    Left::read(&place, "whole").same(&Left::read(&place, "longer"), "longer");
    // It does not get shorter again, and a finished one stays as it is.
    place.resume("longer", &short).unwrap();
    Left::read(&place, "whole").same(&Left::read(&place, "longer"), "finished");
}

/// Pictures that cannot be read leave whole batches out.
#[test]
fn a_run_with_bad_pictures_ends_and_resumes() {
    let place = Place::new();
    let mut pictures: Vec<_> =
        fs::read_dir(place.pictures("train")).unwrap().map(|e| e.unwrap().path()).collect();
    pictures.sort();
    for picture in pictures.iter().step_by(2) {
        fs::write(picture, "no picture").unwrap();
    }
    let options = changed(&options(), |options| {
        options.batch = 1;
        options.schedule.epochs = Epochs::Number(2);
    });
    let iterations = place.run("whole", &options).unwrap().iterations;
    let whole = Left::read(&place, "whole");
    assert!(whole.metrics.len() < iterations as usize, "no batch was left out");
    let saved = checkpoints(&place.path("whole"));
    for checkpoint in [&saved[1], &saved[saved.len() / 2]] {
        let last = iteration(checkpoint);
        kill_after(&place.path("whole"), &place.path("killed"), last);
        assert_eq!(place.resume("killed", &options).unwrap().iterations, iterations);
        whole.same(&Left::read(&place, "killed"), &format!("killed after {last}"));
        fs::remove_dir_all(place.path("killed")).unwrap();
    }
}

#[test]
fn a_damaged_checkpoint_is_named() {
    let (place, options) = (Place::new(), once());
    place.run("whole", &options).unwrap();
    let run = place.path("run");
    let newest = checkpoints(&place.path("whole")).pop().unwrap();
    let files: Vec<_> = fs::read_dir(&newest).unwrap().map(|e| e.unwrap().path()).collect();
    assert!(files.len() > 3, "{files:?}");
    for file in &files {
        let bytes = fs::read(file).unwrap();
        for damaged in [&[][..], &bytes[..bytes.len() / 2]] {
            copy(&place.path("whole"), &run);
            let damage = run.join(file.strip_prefix(place.path("whole")).unwrap());
            fs::write(&damage, damaged).unwrap();
            let said = place.resume("run", &options).unwrap_err().to_string();
            assert!(
                said.contains(damage.to_str().unwrap()),
                "{said} does not name {}",
                damage.display()
            );
            // Without it, the run goes on from the one before.
            fs::remove_dir_all(damage.parent().unwrap()).unwrap();
            if damaged.is_empty() {
                place.resume("run", &options).unwrap();
                Left::read(&place, "whole").same(&Left::read(&place, "run"), "from the one before");
            }
            fs::remove_dir_all(&run).unwrap();
        }
    }
}

#[test]
fn a_run_without_patience_ends_with_its_best_weights() {
    let options = changed(&options(), |options| {
        options.schedule.epochs = Epochs::Number(6);
        // Steps too small to change a figure: the first validation stays the best.
        options.schedule.learning_rate = 1e-12;
        options.validation.every = NonZeroUsize::new(1);
        options.validation.patience = NonZeroUsize::new(2);
    });
    let place = Place::new();
    let outcome = place.run("run", &options).unwrap();
    let per_epoch = {
        let whole = changed(&options, |options| options.validation.patience = None);
        place.run("whole", &whole).unwrap().iterations / 6
    };
    assert_eq!((outcome.iterations, outcome.interrupted), (3 * per_epoch, false));
    let bytes = |name: &str| fs::read(place.path("run").join(name)).unwrap();
    assert_eq!(bytes("best.safetensors"), bytes("supernet.safetensors"));
    // The weights are those of the first validation, not of the last iteration.
    let first = changed(&options, |options| {
        options.schedule.epochs = Epochs::Number(1);
        options.validation.patience = None;
    });
    place.run("first", &first).unwrap();
    assert_eq!(
        bytes("supernet.safetensors"),
        fs::read(place.path("first/supernet.safetensors")).unwrap()
    );
    // Resumed, it has nothing left to do; killed on its way, it ends with the same weights.
    fs::remove_file(place.path("run/supernet.safetensors")).unwrap();
    assert_eq!(place.resume("run", &options).unwrap().iterations, 3 * per_epoch);
    assert_eq!(bytes("best.safetensors"), bytes("supernet.safetensors"));
    for last in [per_epoch, 2 * per_epoch] {
        kill_after(&place.path("run"), &place.path("killed"), last);
        place.resume("killed", &options).unwrap();
        let again = fs::read(place.path("killed/supernet.safetensors")).unwrap();
        assert_eq!(again, bytes("supernet.safetensors"), "killed after {last}");
        fs::remove_dir_all(place.path("killed")).unwrap();
    }
}

#[test]
fn a_run_is_continued_as_it_was_begun() {
    let (place, options) = (Place::new(), once());
    let refuse = |options: &TrainOptions, existing, words: &[&str]| {
        let said = RunFolder::create(&place.path("run"), place.info(options), existing);
        let said = said.unwrap_err().to_string();
        for word in words {
            assert!(said.contains(word), "{said} lacks {word}");
        }
    };
    refuse(&options, Existing::Resume, &["run", "run.json"]);
    place.run("run", &options).unwrap();
    refuse(&options, Existing::Refuse, &["run", "holds a run already"]);
    let other = changed(&options, |options| options.schedule.learning_rate = 0.25);
    let rate = options.schedule.learning_rate.to_string();
    refuse(&other, Existing::Resume, &["run.json", "train.learning_rate", &rate, "0.25"]);
    let fewer = changed(&options, |options| options.checkpoints.keep = 1);
    let run = RunFolder::create(&place.path("run"), place.info(&fewer), Existing::Resume).unwrap();
    assert_eq!(run.info().train.checkpoints.keep, 1);
    refuse(&fewer, Existing::Replace, &["run", "another process works", "process"]);
    drop(run);
    RunFolder::create(&place.path("run"), place.info(&fewer), Existing::Replace).unwrap();
    assert!(read_metrics(&place.path("run/metrics.jsonl")).is_err(), "the old run is still there");
}

#[test]
fn a_folder_becomes_the_run_of_one_alone() {
    const RIVALS: usize = 8;
    let place = Place::new();
    for round in 0..20 {
        let (path, start) = (place.path(&format!("run-{round}")), Barrier::new(RIVALS));
        let begin = || {
            start.wait();
            RunFolder::create(&path, place.info(&once()), Existing::Refuse).is_ok()
        };
        let begun = thread::scope(|scope| {
            let rivals: Vec<_> = (0..RIVALS).map(|_| scope.spawn(begin)).collect();
            rivals.into_iter().filter_map(|rival| rival.join().ok()).filter(|begun| *begun).count()
        });
        assert_eq!(begun, 1, "round {round}");
    }
}

#[test]
fn only_the_newest_checkpoints_are_kept() {
    let place = Place::new();
    let options = changed(&options(), |options| {
        options.checkpoints = CheckpointOptions { every: NonZeroUsize::new(1), keep: 2 };
    });
    let iterations = place.run("run", &options).unwrap().iterations;
    let kept: Vec<u64> = checkpoints(&place.path("run")).iter().map(|c| iteration(c)).collect();
    assert_eq!(kept, [iterations - 1, iterations]);
}
