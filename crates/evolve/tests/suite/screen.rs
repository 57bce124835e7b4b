//! Children that are chosen by their predicted scores.

use std::convert::Infallible;
use std::sync::atomic::AtomicBool;

use scalenas_base::Size;
use scalenas_evolve::{
    Algorithm, Candidate, Fitness, Outcome, Scale, Search, SearchConfig, forecasts,
};
use scalenas_space::SpaceSpec;

const INPUT: Size = Size::new(64, 64);

/// Rewards fine branches with falling returns and edges up, with an error that every network keeps.
struct Rugged;

impl Rugged {
    fn value(candidate: &Candidate) -> f64 {
        let worth = [1.0, 0.5, 0.3, 0.1];
        let modules = candidate.architecture.modules.iter();
        let clean: f64 = modules
            .flat_map(|module| {
                (0..module.branches()).map(move |branch| {
                    let ups: u32 = (0..module.depth(branch))
                        .map(|step| (module.sources(branch, step) >> (branch + 1)).count_ones())
                        .sum();
                    worth[branch] * (module.depth(branch) as f64).sqrt() + 0.05 * f64::from(ups)
                })
            })
            .sum();
        let digits = u32::from_str_radix(&candidate.id[..6], 16).expect("an id is hexadecimal");
        clean + 0.4 * (f64::from(digits) / f64::from(0x00ff_ffff) - 0.5)
    }
}

impl Fitness for Rugged {
    type Error = Infallible;

    fn score(&mut self, candidates: &[Candidate]) -> Result<Vec<Vec<f64>>, Infallible> {
        Ok(candidates.iter().map(|candidate| vec![Self::value(candidate)]).collect())
    }
}

fn space() -> SpaceSpec {
    SpaceSpec::preset("tiny_segmentation").expect("a preset")
}

fn search(algorithm: Algorithm, screen: usize, seed: u64) -> Outcome {
    let config = SearchConfig {
        algorithm,
        initial_per_group: 2,
        survivors: 24,
        generations: 4,
        offspring: 20,
        screen,
        seed,
        ..SearchConfig::default()
    };
    let mut search = Search::new(&space(), &config, INPUT).expect("a search");
    let outcome = search.run(&mut Rugged, &mut [], &AtomicBool::new(false)).expect("an outcome");
    assert_eq!(outcome.candidates.len(), 34 + 80, "as many are scored");
    outcome
}

#[test]
fn chosen_children_make_larger_fronts_at_equal_evaluations() {
    for algorithm in [Algorithm::Published, Algorithm::Nsga2] {
        let mut wins = 0;
        for seed in 0..20 {
            let (plain, screened) = (search(algorithm, 1, seed), search(algorithm, 4, seed));
            let scale = Scale::of(&[&plain, &screened]).expect("networks");
            let end = |outcome: &Outcome| scale.growth(outcome).last().map(|growth| growth.volume);
            wins += usize::from(end(&screened) > end(&plain));
        }
        println!("{algorithm:?}: {wins}");
        assert!(wins >= 16, "{algorithm:?}: ahead in {wins} of 20 seeds");
    }
}

#[test]
fn forecasts_order_networks_as_their_scores_do() {
    let outcome = search(Algorithm::Nsga2, 1, 0);
    let forecasts = forecasts(&space(), &outcome);
    assert_eq!(forecasts.len(), 4);
    for (predicted, scores) in &forecasts {
        assert_eq!((predicted.len(), scores.len()), (20, 20));
        let mut agreement = 0;
        for i in 0..20 {
            for j in 0..i {
                let same = (predicted[i] > predicted[j]) == (scores[i] > scores[j]);
                agreement += if same { 1 } else { -1 };
            }
        }
        assert!(agreement > 0, "{agreement} of 190 pairs");
    }
    // Too little to learn from.
    let few = Outcome { candidates: outcome.candidates[..8].to_vec(), ..outcome };
    assert!(scalenas_evolve::forecasts(&space(), &few).is_empty());
}
