//! Several processes, here threads on loopback, train as one does; one that ends ends the others.

#![allow(clippy::unwrap_used, reason = "a panic is a failed test")]

use std::fs;
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use scalenas_collective::{Group, Host};
use scalenas_train::{
    Epochs, Existing, Outcome, Progress, Ranks, Record, Result, RunFolder, Sandwich,
    SubnetSampling, TaskData, Tasks, TrainOptions, TrainPlan, TrainStatus, train_supernet,
};

use crate::common::left::{checkpoints, metrics, moments};
use crate::common::{DEVICE, Place, Train, changed, options};

/// Options under which a wrong share of a gradient shows.
fn shared() -> TrainOptions {
    changed(&options(), |options| {
        options.batch = 4;
        options.schedule.learning_rate = 1e-3;
        options.schedule.epochs = Epochs::Number(4);
        options.clip = Some(0.05);
        options.average = Some(0.9);
        options.validation.every = NonZeroUsize::new(4);
    })
}

/// Trains with several ranks, each changed by `change`; outcomes in the order of ranks.
fn together(
    place: &Place,
    (name, existing): (&str, Existing),
    options: &TrainOptions,
    ranks: usize,
    change: impl Fn(usize, &mut TrainPlan) + Sync,
) -> Vec<Result<Outcome>> {
    let folder = RunFolder::create(&place.path(name), place.info(options), existing).unwrap();
    let host = Host::bind("127.0.0.1:0").unwrap();
    let address = host.address().to_string();
    let train = |group: Group, folder: RunFolder| {
        let rank = group.rank();
        let mut plan = place.plan(folder, Ranks::of(group));
        change(rank, &mut plan);
        (rank, train_supernet::<Train>(plan, &DEVICE))
    };
    thread::scope(|scope| {
        let others: Vec<_> = (1..ranks)
            .map(|number| {
                let (address, train) = (&address, &train);
                scope.spawn(move || {
                    let patience = Duration::from_secs(10);
                    let group =
                        Group::join(address, &format!("thread {number}"), patience, &mut || true);
                    train(group.unwrap().0, RunFolder::open(&place.path(name)).unwrap())
                })
            })
            .collect();
        let group = host.gather("the first", ranks, "", &mut |_| true).unwrap();
        let mut outcomes = vec![train(group, folder)];
        outcomes.extend(others.into_iter().map(|other| other.join().unwrap()));
        outcomes.sort_by_key(|(rank, _)| *rank);
        outcomes.into_iter().map(|(_, outcome)| outcome).collect()
    })
}

/// Asserts that two runs trained alike: subnets the same, losses within rounding, which every step makes more of: the first
/// are equal, and later ones are as far apart as those of one process with other numbers of threads.
fn alike(place: &Place, run: &str, whole: &[Record]) {
    let lines = metrics(&place.path(run));
    assert_eq!(lines.len(), whole.len(), "{run}");
    for (line, whole) in lines.iter().zip(whole) {
        assert_eq!((line.iteration, &line.drawn), (whole.iteration, &whole.drawn), "{run}");
        for (loss, expected) in line.losses.iter().zip(&whole.losses) {
            let limit = if line.iteration <= 2 { 1e-6 } else { 1e-4 };
            assert!((loss - expected).abs() < limit, "{run} {}: {loss} {expected}", line.iteration);
        }
    }
    let norm = |lines: &[Record]| lines.iter().find_map(|line| line.gradient_norm).unwrap();
    assert!((norm(&lines) / norm(whole) - 1.0).abs() < 1e-3, "{run}");
}

#[test]
fn ranks_train_as_one_process_does() {
    let place = Place::new();
    let options = shared();
    place.run("whole", &options).unwrap();
    let whole = metrics(&place.path("whole"));
    assert!(whole.len() > 15 && whole.iter().any(|line| line.ap.is_some()));
    // Three ranks have one, one and two of four pictures.
    for ranks in [2, 3] {
        let name = format!("{ranks} ranks");
        let run = (name.as_str(), Existing::Refuse);
        let outcomes = together(&place, run, &options, ranks, |_, _| {});
        assert!(outcomes.into_iter().all(|outcome| !outcome.unwrap().interrupted));
        alike(&place, &name, &whole);
        assert!(place.path(&name).join("supernet.safetensors").exists());
    }
}

/// After one step, the means of Adam are a tenth of the gradients.
#[test]
fn gradients_are_those_of_the_whole_batch() {
    let place = Place::new();
    let options = changed(&shared(), |options| {
        options.checkpoints.every = NonZeroUsize::new(1);
        options.schedule.epochs = Epochs::Number(1);
        options.clip = None;
    });
    place.run("whole", &options).unwrap();
    let gradients = |run: &str| {
        let moments = moments(&checkpoints(&place.path(run))[0]);
        moments.into_values().flat_map(|(_, mean, _)| mean.iter::<f64>().collect::<Vec<_>>())
    };
    for ranks in [2, 3] {
        let name = format!("{ranks} ranks");
        together(&place, (&name, Existing::Refuse), &options, ranks, |_, _| {});
        let (mut distance, mut norm, mut count) = (0.0, 0.0, 0);
        for (gradient, whole) in gradients(&name).zip(gradients("whole")) {
            distance += (gradient - whole).powi(2);
            norm += whole.powi(2);
            count += 1;
        }
        assert!(count > 100_000 && norm > 0.0, "{count} {norm}");
        assert!((distance / norm).sqrt() < 1e-3, "{ranks}: {}", (distance / norm).sqrt());
    }
}

#[test]
fn so_they_do_with_sums_of_gradients_and_several_subnets() {
    let place = Place::new();
    let options = changed(&shared(), |options| {
        options.accumulation = 2;
        options.sampling = SubnetSampling::Sandwich(Sandwich { random: 1, distil: true });
        options.schedule.epochs = Epochs::Number(2);
    });
    place.run("whole", &options).unwrap();
    let outcomes = together(&place, ("two", Existing::Refuse), &options, 2, |_, _| {});
    assert!(outcomes.iter().all(Result::is_ok));
    alike(&place, "two", &metrics(&place.path("whole")));
}

/// Without statistics of the whole batch each part is normalised by its own, which trains something else.
#[test]
fn norms_of_a_part_are_another_training() {
    let place = Place::new();
    let options = changed(&shared(), |options| {
        options.sync_norm = false;
        options.schedule.epochs = Epochs::Number(1);
    });
    place.run("whole", &options).unwrap();
    let outcomes = together(&place, ("two", Existing::Refuse), &options, 2, |_, _| {});
    assert!(outcomes.iter().all(Result::is_ok));
    let norm = |run: &str| metrics(&place.path(run))[0].gradient_norm.unwrap();
    assert!((norm("two") / norm("whole") - 1.0).abs() > 0.01);
}

/// Pictures that cannot be read: a rank without a picture in an iteration waits for the others.
#[test]
fn broken_pictures_leave_no_rank_behind() {
    let place = Place::new();
    let mut files: Vec<_> =
        fs::read_dir(place.pictures("train")).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    for file in &files[..files.len() / 3] {
        fs::write(file, "no picture").unwrap();
    }
    let options = changed(&shared(), |options| options.batch = 2);
    let outcomes = together(&place, ("two", Existing::Refuse), &options, 2, |_, _| {});
    assert!(outcomes.iter().all(Result::is_ok), "{outcomes:?}");
    let trained = metrics(&place.path("two"));
    let losses = trained.iter().filter(|line| line.loss.is_some()).count() as u64;
    let last = trained.last().unwrap().iteration;
    assert!(losses > 3 && losses < last, "{losses} of {last}");
}

struct Stopper(Arc<AtomicBool>);

impl Progress for Stopper {
    fn trained(&self, status: &TrainStatus) {
        self.0.store(status.iteration == 5, Ordering::Relaxed);
    }
}

#[test]
fn a_stopped_run_goes_on_with_another_number_of_ranks() {
    let place = Place::new();
    let options = shared();
    place.run("whole", &options).unwrap();
    let outcomes = together(&place, ("run", Existing::Refuse), &options, 2, |rank, plan| {
        if rank == 0 {
            plan.progress = Arc::new(Stopper(Arc::clone(&plan.stop)));
        }
    });
    let iterations: Vec<u64> = outcomes.iter().map(|o| o.as_ref().unwrap().iterations).collect();
    assert!(iterations[0] < 8 && iterations[0] == iterations[1], "{iterations:?}");
    let outcomes = together(&place, ("run", Existing::Resume), &options, 3, |_, _| {});
    assert!(outcomes.iter().all(Result::is_ok));
    alike(&place, "run", &metrics(&place.path("whole")));
}

#[test]
fn ranks_with_other_data_are_named() {
    let place = Place::new();
    let outcomes = together(&place, ("run", Existing::Refuse), &shared(), 3, |rank, plan| {
        if rank == 2 {
            let task = place.task(&options(), place.held_out("val"));
            plan.tasks = Tasks::new(vec![TaskData { batch: 2, ..task }]);
        }
    });
    for outcome in &outcomes {
        let said = outcome.as_ref().unwrap_err().to_string();
        assert!(said.contains("rank 2") && said.contains("iterations per epoch"), "{said}");
    }
}

#[test]
fn a_rank_that_ends_ends_the_others_with_its_name() {
    let place = Place::new();
    let info = place.info(&shared());
    let folder = RunFolder::create(&place.path("run"), info, Existing::Refuse).unwrap();
    let host = Host::bind("127.0.0.1:0").unwrap();
    let address = host.address().to_string();
    let guest = thread::spawn(move || {
        let (group, _) =
            Group::join(&address, "cuda:7", Duration::from_secs(10), &mut || true).unwrap();
        thread::sleep(Duration::from_millis(300));
        drop(group);
    });
    let group = host.gather("the first", 2, "", &mut |_| true).unwrap();
    let said = train_supernet::<Train>(place.plan(folder, Ranks::of(group)), &DEVICE);
    let said = said.unwrap_err().to_string();
    assert!(said.contains("rank 1 of 2 (cuda:7 at 127.0.0.1)"), "{said}");
    guest.join().unwrap();
}
