//! Whole searches over a fitness that needs no network.

use std::convert::Infallible;
use std::sync::atomic::{AtomicBool, Ordering};

use scalenas_base::Size;
use scalenas_evolve::{
    Algorithm, Candidate, Error, Fitness, Limits, Observer, Origin, Outcome,
    Result as SearchResult, ScoredBatch, Search, SearchConfig, StopReason,
};
use scalenas_space::{Architecture, CostModel, SpaceSpec, StageSpec, rng, sample};

/// Rewards depth on fine branches and fusion in late modules.
struct Analytic {
    calls: usize,
    seen: Vec<String>,
}

impl Analytic {
    fn new() -> Self {
        Self { calls: 0, seen: Vec::new() }
    }

    fn value(architecture: &Architecture) -> f64 {
        let mut value = 0.0;
        for (index, module) in architecture.modules.iter().enumerate() {
            for branch in 0..module.branches() {
                let weight = if branch == 0 { 1.0 } else { -0.3 };
                value += weight * module.depth(branch) as f64;
                for step in 0..module.depth(branch) {
                    let edges = f64::from(module.sources(branch, step).count_ones() - 1);
                    value += if index % 2 == 1 { 0.2 * edges } else { -0.1 * edges };
                }
            }
        }
        value
    }
}

impl Fitness for Analytic {
    type Error = Infallible;

    fn score(&mut self, candidates: &[Candidate]) -> Result<Vec<Vec<f64>>, Infallible> {
        self.calls += 1;
        self.seen.extend(candidates.iter().map(|c| c.id.clone()));
        Ok(candidates.iter().map(|c| vec![Self::value(&c.architecture)]).collect())
    }
}

fn config() -> SearchConfig {
    SearchConfig {
        initial_per_group: 4,
        survivors: 20,
        generations: 6,
        offspring: 20,
        batch: 7,
        ..SearchConfig::default()
    }
}

const INPUT: Size = Size::new(128, 96);

/// Keeps what was scored.
#[derive(Default)]
struct Kept(Vec<Candidate>);

impl Observer for Kept {
    fn scored(&mut self, batch: &ScoredBatch<'_>) -> SearchResult<()> {
        self.0.extend_from_slice(batch.candidates);
        Ok(())
    }
}

/// A whole search in memory.
fn search(config: &SearchConfig) -> Outcome {
    let mut search = Search::new(&SpaceSpec::tiny(), config, INPUT).expect("a search");
    search.run(&mut Analytic::new(), &mut [], &AtomicBool::new(false)).expect("an outcome")
}

/// Stops after a number of batches.
struct Killer<'a> {
    left: usize,
    stop: &'a AtomicBool,
}

impl Observer for Killer<'_> {
    fn scored(&mut self, _: &ScoredBatch<'_>) -> SearchResult<()> {
        self.left -= 1;
        self.stop.store(self.left == 0, Ordering::Relaxed);
        Ok(())
    }
}

#[test]
fn killed_after_every_batch_it_ends_like_an_uninterrupted_one() {
    let algorithms =
        [Algorithm::Published, Algorithm::Nsga2, Algorithm::Regularised, Algorithm::Random];
    for algorithm in algorithms {
        killed_after_every_batch(&SearchConfig { algorithm, ..config() });
    }
    killed_after_every_batch(&SearchConfig { screen: 3, ..config() });
}

fn killed_after_every_batch(config: &SearchConfig) {
    let whole = search(config);
    assert_eq!(whole.reason, StopReason::Generations);
    let mut kept = Kept::default();
    let mut kills = 0;
    let outcome = loop {
        let stop = AtomicBool::new(false);
        let search = Search::new(&SpaceSpec::tiny(), config, INPUT).expect("a search");
        let mut search = search.resume(kept.0.clone());
        let mut killer = Killer { left: 1, stop: &stop };
        let observers: &mut [&mut dyn Observer] = &mut [&mut kept, &mut killer];
        let outcome = search.run(&mut Analytic::new(), observers, &stop).expect("an outcome");
        if outcome.reason != StopReason::Interrupted {
            break outcome;
        }
        kills += 1;
    };
    assert!(kills > 10, "{kills} kills");
    assert_eq!(outcome.candidates, whole.candidates);
}

#[test]
fn beats_random_sampling_at_equal_budget() {
    let config = SearchConfig { generations: 15, ..config() };
    let outcome = search(&config);
    let best = outcome.candidates.iter().map(Candidate::score).fold(f64::MIN, f64::max);
    let space = SpaceSpec::tiny();
    let random = (0..outcome.candidates.len() as u64)
        .map(|i| Analytic::value(&sample::uniform(&space, &mut rng::stream(1, "random", &[i]))))
        .fold(f64::MIN, f64::max);
    assert!(best > random + 1.0, "found {best}, random {random}");
}

#[test]
fn nothing_is_scored_twice_and_ceilings_hold() {
    let space = SpaceSpec::tiny();
    let costs = CostModel::new(&space, INPUT).expect("costs");
    let middle = costs.cost(&Architecture::middle(&space)).gmacs();
    let limits = Limits { max_gmacs: Some(middle), max_mparams: None, max_ms: None };
    let config = SearchConfig { limits, ..config() };
    let mut search = Search::new(&space, &config, INPUT).expect("a search");
    let mut fitness = Analytic::new();
    let stop = AtomicBool::new(false);
    let outcome = search.run(&mut fitness, &mut [], &stop).expect("an outcome");
    let mut ids = fitness.seen.clone();
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), fitness.seen.len());
    assert!(outcome.candidates.iter().all(|c| c.cost.gmacs() <= middle));
    let front = outcome.front();
    assert!(
        front.windows(2).all(|w| w[0].cost.macs < w[1].cost.macs && w[0].score() < w[1].score())
    );
}

#[test]
fn a_space_that_runs_out_ends_the_search() {
    let mut space = SpaceSpec::tiny();
    space.stages = vec![StageSpec { modules: 1, branches: 2 }];
    space.widths.truncate(2);
    (space.steps, space.depth_choices) = (1, vec![1]);
    let mut search = Search::new(&space, &config(), INPUT).expect("a search");
    let stop = AtomicBool::new(false);
    let outcome = search.run(&mut Analytic::new(), &mut [], &stop).expect("an outcome");
    assert_eq!(outcome.reason, StopReason::Exhausted { generation: 1 });
    assert_eq!(outcome.candidates.len(), 1);
}

#[test]
fn a_front_that_stops_growing_ends_the_search() {
    struct Flat;
    impl Fitness for Flat {
        type Error = Infallible;
        fn score(&mut self, candidates: &[Candidate]) -> Result<Vec<Vec<f64>>, Infallible> {
            Ok(vec![vec![1.0]; candidates.len()])
        }
    }
    let config = SearchConfig { patience: 2, ..config() };
    let mut search = Search::new(&SpaceSpec::tiny(), &config, INPUT).expect("a search");
    let outcome = search.run(&mut Flat, &mut [], &AtomicBool::new(false)).expect("outcome");
    assert!(matches!(outcome.reason, StopReason::Converged { .. }), "{:?}", outcome.reason);
}

#[test]
fn faults_name_their_cause() {
    struct Broken;
    impl Fitness for Broken {
        type Error = Infallible;
        fn score(&mut self, candidates: &[Candidate]) -> Result<Vec<Vec<f64>>, Infallible> {
            Ok(vec![vec![f64::NAN]; candidates.len()])
        }
    }
    let space = SpaceSpec::tiny();
    let mut search = Search::new(&space, &config(), INPUT).expect("a search");
    let error = search.run(&mut Broken, &mut [], &AtomicBool::new(false)).expect_err("NaN");
    assert!(matches!(error, Error::Score { .. }), "{error}");
    let limits = Limits { max_gmacs: Some(1e-6), max_mparams: None, max_ms: None };
    let tight = SearchConfig { limits, ..config() };
    let error = Search::new(&space, &tight, INPUT).err().expect("too tight");
    assert!(error.to_string().contains("the smallest network of space tiny has"), "{error}");
}

#[test]
fn an_observer_that_fails_ends_the_search() {
    struct Full;
    impl Observer for Full {
        fn scored(&mut self, _: &ScoredBatch<'_>) -> SearchResult<()> {
            Err(Error::Observer("no space left".into()))
        }
    }
    let mut search = Search::new(&SpaceSpec::tiny(), &config(), INPUT).expect("a search");
    let stop = AtomicBool::new(false);
    let error = search.run(&mut Analytic::new(), &mut [&mut Full], &stop).expect_err("a failure");
    assert!(error.to_string().contains("no space left"), "{error}");
}

#[test]
fn results_survive_their_file() {
    let folder = tempfile::tempdir().expect("a folder");
    let outcome = search(&config());
    let path = folder.path().join("outcome.ron");
    outcome.write(&path).expect("written");
    assert_eq!(Outcome::read(&path).expect("read"), outcome);
    let csv = folder.path().join("outcome.csv");
    outcome.write_csv(&csv).expect("written");
    let text = std::fs::read_to_string(csv).expect("read");
    assert_eq!(text.lines().count(), outcome.candidates.len() + 1);
}

#[test]
fn two_scores_and_cost_make_a_front_of_three() {
    struct Both;
    impl Fitness for Both {
        type Error = Infallible;
        fn score(&mut self, candidates: &[Candidate]) -> Result<Vec<Vec<f64>>, Infallible> {
            let scores = |c: &Candidate| {
                let value = Analytic::value(&c.architecture);
                vec![value.sin(), (0.7 * value).cos()]
            };
            Ok(candidates.iter().map(scores).collect())
        }
    }
    let folder = tempfile::tempdir().expect("a folder");
    let mut search = Search::new(&SpaceSpec::tiny(), &config(), INPUT).expect("a search");
    let outcome = search.run(&mut Both, &mut [], &AtomicBool::new(false)).expect("outcome");
    let objectives: Vec<_> = outcome.candidates.iter().map(Candidate::objectives).collect();
    let dominates = |a: &[f64], b: &[f64]| a != b && a.iter().zip(b).all(|(a, b)| a <= b);
    let front = outcome.front();
    for candidate in &outcome.candidates {
        let own = candidate.objectives();
        let beaten = objectives.iter().any(|other| dominates(other, &own));
        let member = front.iter().any(|f| f.objectives() == own);
        assert_eq!(member, !beaten, "{}", candidate.id);
    }
    let csv = folder.path().join("c.csv");
    outcome.write_csv(&csv).expect("written");
    let text = std::fs::read_to_string(csv).expect("readable");
    assert!(text.starts_with("id,generation,origin,fitness_1,fitness_2,parameters"), "{text}");
}

#[test]
fn a_lineage_leads_from_the_initial_population_to_the_network() {
    let outcome = search(&config());
    let last = outcome.candidates.iter().max_by_key(|c| c.origin.generation()).expect("candidates");
    let line = outcome.lineage(&last.id);
    assert!(line.len() > 2 && line[0].origin.generation() == 0);
    assert_eq!(line.last().map(|candidate| &candidate.id), Some(&last.id));
    for (place, candidate) in line.iter().enumerate() {
        let before: Vec<&str> = line[..place].iter().map(|ancestor| &*ancestor.id).collect();
        if let Origin::Offspring { parents: (parent, mate), .. } = &candidate.origin {
            assert!(before.contains(&&**parent) && before.contains(&&**mate), "{}", candidate.id);
        }
        assert!(!before.contains(&&*candidate.id), "{} comes once", candidate.id);
    }
    assert!(outcome.lineage("unknown").is_empty());
}

#[test]
fn a_front_is_spread_over_its_ends() {
    let outcome = search(&config());
    let front = outcome.front();
    assert!(front.len() > 3, "{}", front.len());
    let two = outcome.spread_front(2);
    assert_eq!([&two[0].id, &two[1].id], [&front[0].id, &front[front.len() - 1].id]);
    assert_eq!(outcome.spread_front(1)[0].id, front[front.len() - 1].id);
    assert_eq!(outcome.spread_front(1000), front);
    assert!(outcome.spread_front(0).is_empty());
}

#[test]
fn random_networks_are_as_many_and_begin_alike() {
    let found = search(&config());
    let random = config().random().expect("a baseline");
    let random = search(&random);
    assert_eq!(random.candidates.len(), found.candidates.len());
    let initial = |outcome: &Outcome| -> Vec<String> {
        let initial = outcome.candidates.iter().filter(|c| c.origin.generation() == 0);
        initial.map(|candidate| candidate.id.clone()).collect()
    };
    assert_eq!(initial(&found), initial(&random));
    assert_eq!(SearchConfig { baseline: false, ..config() }.random(), None);
    assert_eq!(SearchConfig { algorithm: Algorithm::Random, ..config() }.random(), None);
}
