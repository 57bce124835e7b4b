//! Successive halving: children judged by parts of the held-out data before they are scored on all of it.

use std::cell::RefCell;
use std::convert::Infallible;
use std::sync::atomic::{AtomicBool, Ordering};

use scalenas_base::Size;
use scalenas_evolve::{
    Algorithm, Candidate, Error, Fitness, Observer, Outcome, Scale, ScoredBatch, Search,
    SearchConfig, StopReason,
};
use scalenas_space::SpaceSpec;

const INPUT: Size = Size::new(64, 64);

/// Deep networks are good; a part of the data adds an error, the larger the smaller it is.
#[derive(Default)]
struct Parts {
    /// Number of parts and of candidates of every call.
    calls: Vec<(usize, usize)>,
    planned: Vec<(usize, usize)>,
}

/// Between -0.5 and 0.5, the same for the same network and number.
fn chance(candidate: &Candidate, number: usize) -> f64 {
    let digits = u64::from_str_radix(&candidate.id[..8], 16).expect("an id is hexadecimal");
    let mixed = (digits + number as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    (mixed >> 40) as f64 / f64::from(1 << 24) - 0.5
}

fn value(candidate: &Candidate) -> f64 {
    let worth = [1.0, 0.5, 0.3, 0.1];
    let depth = |branch: usize, depth: usize| worth[branch] * (depth as f64).sqrt();
    let modules = candidate.architecture.modules.iter();
    let clean: f64 = modules
        .flat_map(|module| (0..module.branches()).map(move |b| depth(b, module.depth(b))))
        .sum();
    clean + 0.4 * chance(candidate, 0)
}

impl Fitness for Parts {
    type Error = Infallible;

    fn planned(&mut self, candidates: &[Candidate], parts: usize) -> Result<(), Infallible> {
        self.planned.push((parts, candidates.len()));
        Ok(())
    }

    fn score(&mut self, candidates: &[Candidate]) -> Result<Vec<Vec<f64>>, Infallible> {
        self.calls.push((1, candidates.len()));
        Ok(candidates.iter().map(|candidate| vec![value(candidate)]).collect())
    }

    fn score_part(
        &mut self,
        candidates: &[Candidate],
        parts: usize,
    ) -> Result<Vec<Vec<f64>>, Infallible> {
        self.calls.push((parts, candidates.len()));
        let error = |c: &Candidate| 0.2 * (parts as f64).sqrt() * chance(c, parts);
        Ok(candidates.iter().map(|c| vec![value(c) + error(c)]).collect())
    }
}

fn config(halving: usize, seed: u64) -> SearchConfig {
    SearchConfig {
        algorithm: Algorithm::Nsga2,
        initial_per_group: 2,
        survivors: 24,
        generations: 4,
        offspring: 20,
        halving,
        seed,
        ..SearchConfig::default()
    }
}

fn space() -> SpaceSpec {
    SpaceSpec::preset("tiny_segmentation").expect("a preset")
}

fn run(config: &SearchConfig, fitness: &mut Parts) -> Outcome {
    let mut search = Search::new(&space(), config, INPUT).expect("a search");
    search.run(fitness, &mut [], &AtomicBool::new(false)).expect("an outcome")
}

#[test]
fn rounds_look_at_as_many_pictures_as_the_generation_that_is_left() {
    let mut fitness = Parts::default();
    let outcome = run(&config(2, 0), &mut fitness);
    assert_eq!(outcome.candidates.len(), 34 + 80);
    assert_eq!(outcome.reason, StopReason::Generations);
    let mut planned = vec![(1, 34)];
    for _ in 0..4 {
        planned.extend([(4, 80), (2, 40), (1, 20)]);
    }
    assert_eq!(fitness.planned, planned);
    // No batch is larger than `batch`, and all of them together are what was planned.
    assert!(fitness.calls.iter().all(|&(_, count)| count <= 10));
    for (parts, expected) in [(1, 34 + 80), (2, 160), (4, 320)] {
        let calls = fitness.calls.iter().filter(|call| call.0 == parts);
        assert_eq!(calls.map(|call| call.1).sum::<usize>(), expected);
    }
    // Scores of parts are nowhere in the outcome.
    assert!(outcome.candidates.iter().all(|c| c.fitness == [value(c)]));
}

#[test]
fn halved_generations_make_larger_fronts_at_equal_pictures() {
    for algorithm in [Algorithm::Published, Algorithm::Nsga2] {
        let mut wins = 0;
        for seed in 0..20 {
            let halved = SearchConfig { algorithm, ..config(3, seed) };
            let halved = run(&halved, &mut Parts::default());
            // Three rounds look at as many pictures as three generations more.
            let plain = SearchConfig { algorithm, offspring: 80, ..config(0, seed) };
            let plain = run(&plain, &mut Parts::default());
            let scale = Scale::of(&[&plain, &halved]).expect("networks");
            let end = |outcome: &Outcome| scale.growth(outcome).last().map(|growth| growth.volume);
            wins += usize::from(end(&halved) > end(&plain));
        }
        println!("{algorithm:?}: {wins} of 20");
        assert!(wins >= 15, "{algorithm:?}: ahead in {wins} of 20 seeds");
    }
}

/// Asks to stop in a round, and keeps scored candidates.
struct Stopping<'a> {
    stop: &'a AtomicBool,
    after: usize,
    kept: RefCell<Vec<Candidate>>,
}

impl Observer for Stopping<'_> {
    fn scored(&mut self, batch: &ScoredBatch<'_>) -> Result<(), Error> {
        if batch.parts == 1 {
            self.kept.borrow_mut().extend_from_slice(batch.candidates);
        }
        self.after = self.after.saturating_sub(1);
        self.stop.store(self.after == 0, Ordering::Relaxed);
        Ok(())
    }
}

#[test]
fn a_search_that_is_stopped_in_a_round_ends_as_if_it_had_not_been() {
    let want = run(&config(2, 3), &mut Parts::default());
    for after in [5, 9, 14, 17, 19, 40] {
        let stop = AtomicBool::new(false);
        let mut observer = Stopping { stop: &stop, after, kept: RefCell::default() };
        let mut search = Search::new(&space(), &config(2, 3), INPUT).expect("a search");
        let outcome = search.run(&mut Parts::default(), &mut [&mut observer], &stop);
        assert_eq!(outcome.expect("an outcome").reason, StopReason::Interrupted, "{after}");
        let search = Search::new(&space(), &config(2, 3), INPUT).expect("a search");
        let mut search = search.resume(observer.kept.into_inner());
        let outcome = search.run(&mut Parts::default(), &mut [], &AtomicBool::new(false));
        assert_eq!(outcome.expect("an outcome").candidates, want.candidates, "{after}");
    }
}

#[test]
fn random_networks_to_compare_with_have_as_many_pictures() {
    let random = config(2, 0).random().expect("a baseline");
    assert_eq!((random.halving, random.offspring), (0, 60));
    // A random search may be halved, too.
    let mut fitness = Parts::default();
    let drawn = SearchConfig { algorithm: Algorithm::Random, ..config(1, 0) };
    assert_eq!(run(&drawn, &mut fitness).candidates.len(), 34 + 80);
    assert_eq!(fitness.planned[1..3], [(2, 40), (1, 20)]);
}

#[test]
fn more_rounds_than_make_sense_are_refused() {
    let error = Search::new(&space(), &config(7, 0), INPUT).err().expect("refused");
    assert!(error.to_string().contains("halving"), "{error}");
}
