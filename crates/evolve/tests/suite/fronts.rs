//! Algorithms on functions whose fronts are known, and against random search.

use std::convert::Infallible;
use std::sync::atomic::AtomicBool;

use rand::{Rng, RngExt};
use scalenas_base::Size;
use scalenas_evolve::{
    Algorithm, Candidate, Fitness, Outcome, Scale, Search, SearchConfig, hypervolume,
    ranked_and_spread,
};
use scalenas_space::{SpaceSpec, rng};

/// Variables of the test problems.
const VARIABLES: usize = 10;
/// Point that is worse than the fronts.
const REFERENCE: [f64; 2] = [1.1, 1.1];

/// A problem of Zitzler, Deb and Thiele: both objectives are minimised over variables in [0, 1].
struct Problem {
    second: fn(f64, f64) -> f64,
    /// Hypervolume of the true front.
    best: f64,
}

impl Problem {
    fn objectives(&self, x: &[f64]) -> Vec<f64> {
        let g = 1.0 + 9.0 * x[1..].iter().sum::<f64>() / (x.len() - 1) as f64;
        vec![x[0], g * (self.second)(x[0], g)]
    }
}

fn zdt1() -> Problem {
    // The front is 1 - sqrt(x): 0.1 + 2/3 below it, and a strip beside it.
    Problem { second: |x, g| 1.0 - (x / g).sqrt(), best: 0.1 + 2.0 / 3.0 + 0.11 }
}

fn zdt2() -> Problem {
    // The front is 1 - x².
    Problem { second: |x, g| 1.0 - (x / g).powi(2), best: 0.1 + 1.0 / 3.0 + 0.11 }
}

/// Share of the true hypervolume that a population reaches whose parents are chosen by rank and crowding.
fn share(problem: &Problem, seed: u64) -> f64 {
    let mut random = rng::stream(seed, "problem", &[]);
    let mut population: Vec<Vec<f64>> =
        (0..100).map(|_| (0..VARIABLES).map(|_| random.random::<f64>()).collect()).collect();
    for _ in 0..150 {
        let children: Vec<Vec<f64>> = (0..100).map(|_| child(&population, &mut random)).collect();
        population.extend(children);
        let points: Vec<Vec<f64>> = population.iter().map(|x| problem.objectives(x)).collect();
        let kept = ranked_and_spread(&points, 100);
        population = kept.into_iter().map(|index| population[index].clone()).collect();
    }
    let points: Vec<Vec<f64>> = population.iter().map(|x| problem.objectives(x)).collect();
    hypervolume(&points, &REFERENCE) / problem.best
}

/// Blend of two tournament winners, with small steps in some variables.
fn child(population: &[Vec<f64>], random: &mut impl Rng) -> Vec<f64> {
    let mut winner = || {
        let [a, b] = [0, 1].map(|_| random.random_range(0..population.len()));
        &population[a.min(b)]
    };
    let (a, b) = (winner(), winner());
    let blend: f64 = random.random_range(-0.3..1.3);
    let mixed = a.iter().zip(b).map(|(a, b)| a + blend * (b - a)).collect::<Vec<_>>();
    mixed
        .into_iter()
        .map(|x| {
            let step =
                if random.random_bool(0.2) { 0.1 * (random.random::<f64>() - 0.5) } else { 0.0 };
            (x + step).clamp(0.0, 1.0)
        })
        .collect()
}

#[test]
fn rank_and_crowding_reach_the_true_fronts() {
    for seed in 0..3 {
        for (name, problem) in [("ZDT1", zdt1()), ("ZDT2", zdt2())] {
            let share = share(&problem, seed);
            assert!((0.98..=1.0).contains(&share), "{name}, seed {seed}: {share}");
        }
    }
}

/// Depth of the finest branch is worth most, fusion is worth little and costs.
struct Depths;

impl Fitness for Depths {
    type Error = Infallible;

    fn score(&mut self, candidates: &[Candidate]) -> Result<Vec<Vec<f64>>, Infallible> {
        let value = |candidate: &Candidate| {
            let modules = candidate.architecture.modules.iter();
            modules
                .flat_map(|module| {
                    (0..module.branches()).map(move |branch| {
                        let edges: u32 = (0..module.depth(branch))
                            .map(|step| module.sources(branch, step).count_ones() - 1)
                            .sum();
                        let worth = [1.0, 0.4, 0.2, 0.1][branch];
                        worth * module.depth(branch) as f64 + 0.02 * f64::from(edges)
                    })
                })
                .sum::<f64>()
        };
        Ok(candidates.iter().map(|candidate| vec![value(candidate)]).collect())
    }
}

fn outcome(algorithm: Algorithm, seed: u64) -> Outcome {
    let config = SearchConfig {
        algorithm,
        initial_per_group: 2,
        survivors: 24,
        generations: 10,
        offspring: 30,
        seed,
        ..SearchConfig::default()
    };
    let space = SpaceSpec::preset("tiny_segmentation").expect("a preset");
    let mut search = Search::new(&space, &config, Size::new(64, 64)).expect("a search");
    let outcome = search.run(&mut Depths, &mut [], &AtomicBool::new(false)).expect("an outcome");
    assert_eq!(outcome.candidates.len(), 34 + 300, "{algorithm:?} spends its budget");
    outcome
}

#[test]
fn every_algorithm_beats_random_search_at_equal_evaluations() {
    // What leaves the population by age is not bred from again: regularised evolution wins less often.
    for (algorithm, least) in
        [(Algorithm::Published, 19), (Algorithm::Nsga2, 19), (Algorithm::Regularised, 14)]
    {
        let mut wins = 0;
        for seed in 0..20 {
            let (found, random) = (outcome(algorithm, seed), outcome(Algorithm::Random, seed));
            let scale = Scale::of(&[&found, &random]).expect("networks");
            let volumes = |outcome: &Outcome| -> Vec<f64> {
                scale.growth(outcome).iter().map(|growth| growth.volume).collect()
            };
            let (found, random) = (volumes(&found), volumes(&random));
            assert_eq!((found.len(), random.len()), (11, 11));
            assert!(found.is_sorted() && random.is_sorted(), "a front never shrinks");
            wins += usize::from(found[10] > random[10]);
        }
        assert!(wins >= least, "{algorithm:?} beats random search in {wins} of 20 seeds");
    }
}
