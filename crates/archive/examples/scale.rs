//! A search by a thousand workers on a real database: scores are faked, and the clock of scoring is compressed.
//!
//! ```text
//! cargo run --release -p scalenas-archive --example scale -- postgres://me@host/scores 250 1000 2.0
//! ```
//!
//! Workers, candidates per generation, and seconds of scoring follow the place of the database. Every worker is a thread
//! with connections of its own, as a process on another machine has them; two generations are scored.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Barrier};
use std::thread;
use std::time::{Duration, Instant};

use scalenas_archive::{Archive, Evaluation, Leases, Place, SharedFitness, Worker};
use scalenas_base::{Size, rng};
use scalenas_evolve::{Candidate, Fitness, Origin};
use scalenas_space::{CostModel, SpaceSpec, sample};

/// Generations that are scored.
const GENERATIONS: usize = 2;
/// Longest and shortest scoring, as shares of the mean.
const SPREAD: f64 = 0.5;

/// Time between lines of progress.
const PROGRESS: Duration = Duration::from_secs(10);

type Failure = Box<dyn std::error::Error + Send + Sync>;

/// Search that all workers run: its database, its generations, and the mean seconds of a scoring.
struct Shared {
    place: Place,
    evaluation: Evaluation,
    generations: Vec<Vec<Candidate>>,
    seconds: f64,
    begin: Barrier,
    scored: AtomicUsize,
}

/// A score that takes time and nothing else.
struct Asleep<'a> {
    shared: &'a Shared,
    slept: f64,
}

impl Fitness for Asleep<'_> {
    type Error = std::convert::Infallible;

    fn score(&mut self, candidates: &[Candidate]) -> Result<Vec<Vec<f64>>, Self::Error> {
        for candidate in candidates {
            // Costs of candidates differ.
            let part = u8::from_str_radix(&candidate.id[..2], 16).unwrap_or(128);
            let factor = 1.0 - SPREAD + 2.0 * SPREAD * f64::from(part) / 255.0;
            let begun = Instant::now();
            thread::sleep(Duration::from_secs_f64(self.shared.seconds * factor));
            self.slept += begun.elapsed().as_secs_f64();
            self.shared.scored.fetch_add(1, Ordering::Relaxed);
        }
        Ok(vec![vec![0.5]; candidates.len()])
    }
}

fn main() -> Result<(), Failure> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [place, workers, candidates, seconds] = &arguments[..] else {
        return Err("arguments: PLACE WORKERS CANDIDATES SECONDS".into());
    };
    let workers: usize = workers.parse()?;
    let shared = Arc::new(Shared {
        place: place.parse()?,
        evaluation: Evaluation::new(serde_json::json!({ "simulation": std::process::id() })),
        generations: generations(candidates.parse()?)?,
        seconds: seconds.parse()?,
        begin: Barrier::new(workers + 1),
        scored: AtomicUsize::new(0),
    });
    // The tables are there before anybody counts the time.
    drop(Archive::open(&shared.place)?);
    let threads: Vec<_> = (0..workers)
        .map(|number| {
            let shared = Arc::clone(&shared);
            thread::Builder::new().stack_size(1 << 18).spawn(move || work(&shared, number))
        })
        .collect::<Result<_, _>>()?;
    shared.begin.wait();
    let begun = Instant::now();
    let shown = Arc::clone(&shared);
    thread::spawn(move || {
        loop {
            thread::sleep(PROGRESS);
            let scored = shown.scored.load(Ordering::Relaxed);
            eprintln!("{:.0} s: {scored} scored", begun.elapsed().as_secs_f64());
        }
    });
    let mut slept = 0.0;
    for thread in threads {
        slept += thread.join().map_err(|_| "a worker panicked")??;
    }
    let wall = begun.elapsed().as_secs_f64();
    let scored = shared.scored.load(Ordering::Relaxed);
    let wanted: usize = shared.generations.iter().map(Vec::len).sum();
    println!(
        "{workers} workers, {wanted} candidates of {} s: {wall:.1} s, {:.0} scored per second, \
         {scored} scorings, workers idle {:.1} %",
        shared.seconds,
        scored as f64 / wall,
        100.0 * (1.0 - slept / (wall * workers as f64)),
    );
    Ok(())
}

/// Helps with all generations; returns the seconds of scoring.
fn work(shared: &Shared, number: usize) -> Result<f64, Failure> {
    let archive = Archive::open(&shared.place)?;
    let worker = Worker { name: format!("simulated-{number}"), device: "none".to_owned() };
    let mut fitness = SharedFitness::new(
        Asleep { shared, slept: 0.0 },
        &archive,
        shared.evaluation.clone(),
        worker,
        Leases::default(),
        Arc::default(),
    );
    shared.begin.wait();
    for generation in &shared.generations {
        fitness.planned(generation, 1)?;
        for batch in generation.chunks(10) {
            fitness.score(batch)?;
        }
    }
    Ok(fitness.inner().slept)
}

/// Random networks of a space, as many in each generation.
fn generations(candidates: usize) -> Result<Vec<Vec<Candidate>>, Failure> {
    let space = SpaceSpec::preset("pose_w32")?;
    let costs = CostModel::new(&space, Size::new(256, 192))?;
    let groups = sample::initial_groups(&space);
    let network = |generation: usize, number: usize| {
        let group = number % groups.len();
        let mut random = rng::stream(0, "simulation", &[generation as u64, number as u64]);
        let architecture = sample::group(&space, &groups[group], &mut random).canonical(&space);
        Candidate {
            id: architecture.id(&space),
            cost: costs.cost(&architecture),
            architecture,
            milliseconds: None,
            origin: Origin::Drawn { generation: generation + 1, group },
            fitness: Vec::new(),
        }
    };
    let generation =
        |generation| (0..candidates).map(|number| network(generation, number)).collect();
    Ok((0..GENERATIONS).map(generation).collect())
}
