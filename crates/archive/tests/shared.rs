//! Searches that share their work through an archive.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use scalenas_archive::{Archive, Error, Evaluation, Leases, Place, SharedFitness, Worker};
use scalenas_base::Size;
use scalenas_evolve::{Candidate, Fitness, Outcome, Search, SearchConfig};
use scalenas_space::SpaceSpec;
use serde_json::json;

/// Depths and a little of the cost; counts how often each network was scored.
#[derive(Clone, Default)]
struct Counting {
    counts: Arc<Mutex<BTreeMap<String, usize>>>,
    /// Networks that were looked at on a part of the data, with the number of parts.
    parts: Arc<Mutex<BTreeMap<(String, usize), usize>>>,
    pause: Duration,
}

fn value(candidate: &Candidate) -> f64 {
    let depth: usize = candidate.architecture.modules.iter().map(|m| m.depth(0)).sum();
    depth as f64 - candidate.cost.gmacs()
}

impl Fitness for Counting {
    type Error = Infallible;

    fn score(&mut self, candidates: &[Candidate]) -> Result<Vec<Vec<f64>>, Infallible> {
        let mut counts = self.counts.lock().expect("no panic");
        for candidate in candidates {
            *counts.entry(candidate.id.clone()).or_default() += 1;
        }
        drop(counts);
        thread::sleep(self.pause);
        Ok(candidates.iter().map(|candidate| vec![value(candidate)]).collect())
    }

    fn score_part(
        &mut self,
        candidates: &[Candidate],
        parts: usize,
    ) -> Result<Vec<Vec<f64>>, Infallible> {
        let mut counts = self.parts.lock().expect("no panic");
        for candidate in candidates {
            *counts.entry((candidate.id.clone(), parts)).or_default() += 1;
        }
        drop(counts);
        thread::sleep(self.pause / parts as u32);
        let rough = |c: &Candidate| vec![value(c) * (1.0 + 0.1 / parts as f64)];
        Ok(candidates.iter().map(rough).collect())
    }
}

fn config() -> SearchConfig {
    SearchConfig { initial_per_group: 1, generations: 3, offspring: 8, ..SearchConfig::default() }
}

fn worker(name: &str) -> Worker {
    Worker { name: name.to_owned(), device: "cpu".to_owned() }
}

const LEASES: Leases = Leases { seconds: 0.4, poll: 0.02 };

fn evaluation() -> Evaluation {
    Evaluation::new(json!({ "weights": "x" }))
}

fn search(place: &Place, name: &str, fitness: Counting) -> Outcome {
    search_with(place, name, fitness, &config())
}

fn search_with(place: &Place, name: &str, fitness: Counting, config: &SearchConfig) -> Outcome {
    let archive = Archive::open(place).expect("an archive");
    let stop = Arc::new(AtomicBool::new(false));
    let mut shared = SharedFitness::new(
        fitness,
        &archive,
        evaluation(),
        worker(name),
        LEASES,
        Arc::clone(&stop),
    );
    let mut search = Search::new(&SpaceSpec::tiny(), config, Size::new(128, 96)).expect("options");
    search.run(&mut shared, &mut [], &stop).expect("a search")
}

fn alone() -> Outcome {
    alone_with(&config())
}

fn alone_with(config: &SearchConfig) -> Outcome {
    let mut search = Search::new(&SpaceSpec::tiny(), config, Size::new(128, 96)).expect("options");
    search.run(&mut Counting::default(), &mut [], &AtomicBool::new(false)).expect("a search")
}

fn file(folder: &Path) -> Place {
    Place::File(folder.join("scores.sqlite"))
}

#[test]
fn processes_share_the_rounds_of_halving() {
    let folder = tempfile::tempdir().expect("a folder");
    let place = file(folder.path());
    let halved = SearchConfig { halving: 2, ..config() };
    let fitness = Counting { pause: Duration::from_millis(4), ..Counting::default() };
    let outcomes: Vec<Outcome> = thread::scope(|scope| {
        let workers: Vec<_> = (0..3)
            .map(|number| {
                let (place, fitness, halved) = (&place, fitness.clone(), &halved);
                scope.spawn(move || search_with(place, &number.to_string(), fitness, halved))
            })
            .collect();
        workers.into_iter().map(|worker| worker.join().expect("no panic")).collect()
    });
    let mut alone = Search::new(&SpaceSpec::tiny(), &halved, Size::new(128, 96)).expect("options");
    let alone = alone.run(&mut Counting::default(), &mut [], &AtomicBool::new(false));
    let alone = alone.expect("a search");
    for outcome in outcomes {
        assert_eq!(outcome.candidates, alone.candidates);
    }
    for counts in fitness.parts.lock().expect("no panic").values() {
        assert_eq!(*counts, 1, "looked at twice");
    }
    assert!(fitness.counts.lock().expect("no panic").values().all(|&count| count == 1));
    let archive = Archive::open(&place).expect("an archive");
    let summaries = archive.summaries().expect("a list");
    let mut parts: Vec<(u64, i64)> =
        summaries.iter().map(|known| (Evaluation::parts(&known.document), known.scored)).collect();
    parts.sort_unstable();
    let all = alone.candidates.len() as i64;
    assert_eq!(parts, [(1, all), (2, 3 * 16), (4, 3 * 32)]);
    // A search of the same data that comes later finds all of it.
    let later = Counting::default();
    assert_eq!(search_with(&place, "later", later.clone(), &halved).candidates, alone.candidates);
    assert!(later.parts.lock().expect("no panic").is_empty());
}

#[test]
fn processes_share_a_search_and_end_with_the_same_outcome() {
    let folder = tempfile::tempdir().expect("a folder");
    let place = file(folder.path());
    let fitness = Counting { pause: Duration::from_millis(5), ..Counting::default() };
    let outcomes: Vec<Outcome> = thread::scope(|scope| {
        let workers: Vec<_> = (0..4)
            .map(|number| {
                let (place, fitness) = (&place, fitness.clone());
                scope.spawn(move || search(place, &format!("worker {number}"), fitness))
            })
            .collect();
        workers.into_iter().map(|worker| worker.join().expect("no panic")).collect()
    });
    let expected = alone();
    assert!(expected.candidates.len() > 30);
    for outcome in outcomes {
        assert_eq!(outcome.candidates, expected.candidates);
        assert_eq!(outcome.reason, expected.reason);
    }
    let counts = fitness.counts.lock().expect("no panic");
    assert!(counts.values().all(|&count| count == 1), "scored twice: {counts:?}");
    assert_eq!(counts.len(), expected.candidates.len());
    let archive = Archive::open(&place).expect("an archive");
    let summary = archive.summaries().expect("a list").remove(0);
    assert_eq!((summary.scored, summary.open, summary.leased), (counts.len() as i64, 0, 0));
    assert_eq!(summary.document, json!({ "weights": "x" }));
    assert!(summary.workers > 1, "one worker did everything");
    // Nothing is scored again.
    let again = Counting::default();
    assert_eq!(search(&place, "late", again.clone()).candidates, expected.candidates);
    assert!(again.counts.lock().expect("no panic").is_empty());
}

#[test]
fn leases_run_out_and_late_results_are_dropped() {
    let folder = tempfile::tempdir().expect("a folder");
    let archive = Archive::open(&file(folder.path())).expect("an archive");
    let candidates = alone().candidates;
    let evaluation = evaluation();
    archive.enlist(&evaluation, &candidates[..2]).expect("room");
    archive.enlist(&evaluation, &candidates[..2]).expect("they are there already");
    let (first, second) = (&*candidates[0].id, &*candidates[1].id);
    let (both, key) = ([first, second], &*evaluation.key);
    let claim = |worker: &Worker, seconds: f64| {
        archive.claim(key, &both, worker, seconds).expect("an answer").map(|c| c.id)
    };
    let (a, b) = (worker("a"), worker("b"));
    assert_eq!(claim(&a, 0.3).as_deref(), Some(first));
    assert_eq!(claim(&b, 60.0).as_deref(), Some(second));
    assert_eq!(claim(&b, 60.0), None);
    // A lease that nobody renews is claimed by another.
    thread::sleep(Duration::from_millis(400));
    assert_eq!(claim(&b, 60.0).as_deref(), Some(first));
    // Both hand in: the first one counts, the second one is no error.
    assert!(archive.submit(key, first, &[0.5], &a, 1.0).expect("an answer"));
    assert!(!archive.submit(key, first, &[0.7], &b, 1.0).expect("an answer"));
    let scores = archive.scores(key, &both).expect("an answer");
    assert_eq!((scores.len(), &scores[first]), (1, &vec![0.5]));
    // A candidate that its holder gives back is open at once.
    archive.release(key, second, &a).expect("an answer");
    assert_eq!(claim(&a, 60.0), None);
    archive.release(key, second, &b).expect("an answer");
    assert_eq!(claim(&a, 60.0).as_deref(), Some(second));
    assert_eq!(archive.clean(None).expect("an answer"), 0);
    let refused = archive.clean(Some(key)).expect_err("a worker").to_string();
    assert!(refused.contains("1 networks") && refused.contains(key), "{refused}");
    archive.release(key, second, &a).expect("an answer");
    assert_eq!(archive.clean(None).expect("an answer"), 1);
    assert_eq!(archive.clean(Some(key)).expect("an answer"), 1);
    assert_eq!(archive.summaries().expect("a list"), []);
}

#[test]
fn a_slow_worker_keeps_its_lease() {
    let folder = tempfile::tempdir().expect("a folder");
    let place = file(folder.path());
    // Three times as long as a lease that is not renewed.
    let fitness = Counting { pause: Duration::from_millis(1200), ..Counting::default() };
    let archive = Archive::open(&place).expect("an archive");
    let candidates = alone().candidates;
    thread::scope(|scope| {
        for name in ["a", "b"] {
            let (archive, fitness, one) = (&archive, fitness.clone(), &candidates[..1]);
            scope.spawn(move || {
                let stop = Arc::new(AtomicBool::new(false));
                let evaluation = evaluation();
                let mut shared =
                    SharedFitness::new(fitness, archive, evaluation, worker(name), LEASES, stop);
                shared.planned(one, 1).expect("room");
                assert_eq!(shared.score(one).expect("scores"), [one[0].fitness.clone()]);
            });
        }
    });
    assert_eq!(fitness.counts.lock().expect("no panic")[&candidates[0].id], 1);
}

/// Fails, or scores with something that is no number.
struct Broken(Option<f64>);

impl Fitness for Broken {
    type Error = std::io::Error;

    fn score(&mut self, _: &[Candidate]) -> Result<Vec<Vec<f64>>, std::io::Error> {
        self.0.map(|score| vec![vec![score]]).ok_or(std::io::Error::other("no device"))
    }
}

#[test]
fn failures_leave_a_candidate_to_others() {
    let folder = tempfile::tempdir().expect("a folder");
    let archive = Archive::open(&file(folder.path())).expect("an archive");
    let one = &alone().candidates[..1];
    let stop = Arc::new(AtomicBool::new(false));
    for (broken, said) in [(Broken(None), "no device"), (Broken(Some(f64::NAN)), "NaN")] {
        let mut shared = SharedFitness::new(
            broken,
            &archive,
            evaluation(),
            worker("a"),
            LEASES,
            Arc::clone(&stop),
        );
        shared.planned(one, 1).expect("room");
        let error = shared.score(one).expect_err("a failure").to_string();
        assert!(error.contains(said), "{error}");
    }
    let found = archive.claim(&evaluation().key, &[&one[0].id], &worker("b"), 9.0);
    assert_eq!(found.expect("an answer").map(|c| c.id), Some(one[0].id.clone()));
    // A process that waits for others ends when it is asked to.
    let asked = AtomicUsize::new(0);
    thread::scope(|scope| {
        scope.spawn(|| {
            thread::sleep(Duration::from_millis(100));
            asked.fetch_add(1, Ordering::Relaxed);
            stop.store(true, Ordering::Relaxed);
        });
        let counting = Counting::default();
        let mut shared = SharedFitness::new(
            counting,
            &archive,
            evaluation(),
            worker("c"),
            LEASES,
            Arc::clone(&stop),
        );
        let ended = shared.score(one).expect_err("nobody hands in");
        assert!(matches!(ended, Error::Stopped), "{ended}");
    });
}

#[test]
fn archives_are_merged() {
    let folder = tempfile::tempdir().expect("a folder");
    search(&file(folder.path()), "a", Counting::default());
    let from = Archive::open(&file(folder.path())).expect("an archive");
    let into = Archive::open(&Place::File(folder.path().join("all.sqlite"))).expect("an archive");
    let mut records = from.records(None).expect("records");
    assert_eq!(records.len(), alone().candidates.len());
    // Milliseconds belong to the table of one search, not to a score.
    records[0].candidate.milliseconds = Some(5.0);
    assert_eq!(records[0].worker, "a");
    assert_eq!(into.insert(&evaluation(), &records).expect("room"), records.len());
    assert_eq!(into.insert(&evaluation(), &records).expect("room"), 0);
    records[0].candidate.milliseconds = None;
    assert_eq!(into.records(Some(&evaluation().key)).expect("records"), records);
    assert_eq!(into.records(Some("other")).expect("records"), []);
}

#[test]
fn what_is_no_archive_is_named() {
    let folder = tempfile::tempdir().expect("a folder");
    let text = folder.path().join("notes.txt");
    std::fs::write(&text, "no database at all, but long enough to be looked at as one")
        .expect("writable");
    let said = |place: &Place| Archive::open(place).expect_err("no archive").to_string();
    assert!(said(&Place::File(text.clone())).contains("notes.txt"));
    assert_eq!(std::fs::read_to_string(text).expect("readable").len(), 58);
    assert!(said(&Place::File(folder.path().join("no/such/folder.sqlite"))).contains("no/such"));
}

#[test]
fn candidates_that_were_removed_are_enlisted_again() {
    let folder = tempfile::tempdir().expect("a folder");
    let archive = Archive::open(&file(folder.path())).expect("an archive");
    let one = &alone().candidates[..1];
    let stop = Arc::new(AtomicBool::new(false));
    let counting = Counting::default();
    let mut shared =
        SharedFitness::new(counting, &archive, evaluation(), worker("a"), LEASES, stop);
    shared.planned(one, 1).expect("room");
    assert_eq!(archive.clean(None).expect("an answer"), 1);
    assert_eq!(shared.score(one).expect("scores"), [one[0].fitness.clone()]);
}

#[test]
fn a_process_leaves_parts_that_are_there_to_others_and_adds_what_they_did_not() {
    let folder = tempfile::tempdir().expect("a folder");
    let many = SearchConfig { initial_per_group: 20, generations: 0, ..config() };
    let mut candidates = alone_with(&many).candidates;
    assert!(candidates.len() > 250);
    // Parts are of a hundred, in the order of ids.
    candidates.sort_by(|a, b| a.id.cmp(&b.id));
    let archive = Archive::open(&file(folder.path())).expect("an archive");
    let evaluation = evaluation();
    assert_eq!(archive.enlist(&evaluation, &candidates[100..200]).expect("room"), 100);
    archive.enlist_together(&evaluation, &candidates, 0).expect("room");
    let open = || archive.open_networks(&evaluation.key, 1000).expect("an answer").len();
    assert_eq!(open(), 200);
    let stop = Arc::new(AtomicBool::new(false));
    let counting = Counting::default();
    let mut shared = SharedFitness::new(
        counting.clone(),
        &archive,
        evaluation.clone(),
        worker("a"),
        LEASES,
        stop,
    );
    shared.planned(&candidates, 1).expect("room");
    let expected: Vec<_> = candidates.iter().map(|candidate| vec![value(candidate)]).collect();
    assert_eq!(shared.score(&candidates).expect("scores"), expected);
    assert_eq!(open(), 0);
    assert!(counting.counts.lock().expect("no panic").values().all(|&count| count == 1));
}
