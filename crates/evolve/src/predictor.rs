//! Predictor: scores of networks guessed from those that are scored, by the blocks and edges that they run.
//!
//! A ridge regression per task. It only chooses among children before they are scored; what enters a front is always a
//! score.

use scalenas_space::plan::Reach;
use scalenas_space::{PartCounts, SpaceSpec};
use smartcore::linalg::basic::matrix::DenseMatrix;
use smartcore::linear::ridge_regression::{RidgeRegression, RidgeRegressionParameters};

use crate::candidate::Candidate;
use crate::outcome::Outcome;

/// Scored networks without which nothing is predicted.
const LEAST: usize = 16;
/// Weight of small coefficients against small errors.
const SHRINK: f64 = 1.0;

type Ridge = RidgeRegression<f64, f64, DenseMatrix<f64>, Vec<f64>>;

/// Predictor of the scores of networks of a space.
pub struct Predictor<'a> {
    space: &'a SpaceSpec,
    /// One model per task; `None` for scores that do not differ.
    models: Vec<Model>,
}

/// Prediction of one score.
enum Model {
    /// All networks have this score.
    Constant(f64),
    Ridge(Box<Ridge>),
}

impl<'a> Predictor<'a> {
    /// Learns from scored candidates; `None` from too few of them.
    pub fn learnt(space: &'a SpaceSpec, scored: &[&Candidate]) -> Option<Self> {
        let tasks = scored.first()?.fitness.len();
        if scored.len() < LEAST {
            return None;
        }
        let features = features(space, scored)?;
        let models = (0..tasks).map(|task| {
            let scores: Vec<f64> = scored.iter().map(|candidate| candidate.fitness[task]).collect();
            Model::learnt(&features, &scores)
        });
        Some(Self { space, models: models.collect::<Option<_>>()? })
    }

    /// Predicted scores of candidates, one per task.
    pub fn predict(&self, candidates: &[&Candidate]) -> Option<Vec<Vec<f64>>> {
        let features = features(self.space, candidates)?;
        let tasks: Option<Vec<Vec<f64>>> =
            self.models.iter().map(|model| model.predict(&features, candidates.len())).collect();
        let tasks = tasks?;
        let of = |index: usize| tasks.iter().map(|scores| scores[index]).collect();
        Some((0..candidates.len()).map(of).collect())
    }
}

impl Model {
    fn learnt(features: &DenseMatrix<f64>, scores: &Vec<f64>) -> Option<Self> {
        if scores.iter().all(|score| score.to_bits() == scores[0].to_bits()) {
            return Some(Self::Constant(scores[0]));
        }
        let parameters =
            RidgeRegressionParameters::default().with_alpha(SHRINK).with_normalize(false);
        Ridge::fit(features, scores, parameters).ok().map(|ridge| Self::Ridge(Box::new(ridge)))
    }

    fn predict(&self, features: &DenseMatrix<f64>, count: usize) -> Option<Vec<f64>> {
        match self {
            Self::Constant(score) => Some(vec![*score; count]),
            Self::Ridge(ridge) => ridge.predict(features).ok(),
        }
    }
}

/// Blocks and edges that each candidate runs and that matter to its outputs, one row per candidate.
fn features(space: &SpaceSpec, candidates: &[&Candidate]) -> Option<DenseMatrix<f64>> {
    let row = |candidate: &&Candidate| {
        let counts = PartCounts::of(space, &candidate.architecture, Reach::Live);
        let branches = space.widths.len();
        let edges = counts.edges[..branches].iter().flat_map(|sources| &sources[..branches]);
        counts.blocks[..branches].iter().chain(edges).map(|&count| f64::from(count)).collect()
    };
    let rows: Vec<Vec<f64>> = candidates.iter().map(row).collect();
    DenseMatrix::from_2d_vec(&rows).ok()
}

/// Predicted and true scores in the first task of the networks of every generation, predicted from the generations
/// before it: how far children can be chosen before they are scored.
pub fn forecasts(space: &SpaceSpec, outcome: &Outcome) -> Vec<(Vec<f64>, Vec<f64>)> {
    let of = |from: usize, to: usize| -> Vec<&Candidate> {
        let generation =
            |candidate: &&Candidate| (from..to).contains(&candidate.origin.generation());
        outcome.candidates.iter().filter(generation).collect()
    };
    let last = outcome.candidates.iter().map(|c| c.origin.generation()).max().unwrap_or(0);
    let forecast = |generation: usize| {
        let (before, children) = (of(0, generation), of(generation, generation + 1));
        let predicted = Predictor::learnt(space, &before)?.predict(&children)?;
        let predicted = predicted.iter().map(|scores| scores[0]).collect();
        Some((predicted, children.iter().map(|child| child.score()).collect()))
    };
    (1..=last).filter_map(forecast).collect()
}
