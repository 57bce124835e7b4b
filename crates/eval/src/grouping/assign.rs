//! The assignment of a joint's peaks to people: the Hungarian algorithm of `pathfinding`.
//!
//! The reference's cost of a peak for a person is `100 * round(tag distance) - score`. Whole
//! rounded distances tie often, and its result then depends on the order of its solver's steps.
//! Here ties are settled by meaning: of assignments of equal cost, the one that keeps
//! tags closest within the threshold is taken, so that fewer people are split.

use pathfinding::kuhn_munkres::kuhn_munkres_min;
use pathfinding::matrix::Matrix;

/// Cost of a rounded unit of tag distance, in scores.
const DISTANCE_COST: f64 = 100.0;
/// Steps of the integer cost in a score: scores above the detection threshold are multiples.
const SCORE_STEPS: f64 = (1u64 << 27) as f64;
/// Steps that settle ties, within a step of the cost.
const TIE_STEPS: i128 = 1 << 32;
/// Maximum tie steps per pair: 4096 pairs add up to less than a step of the cost.
const TIE_MAX: f64 = (1 << 20) as f64;
/// Distances and scores from here on cost the same.
const LARGEST: f64 = 1e9;

/// Tag distances `[peaks, people]`.
#[derive(Debug)]
pub(super) struct Distances {
    pub values: Vec<f64>,
    pub people: usize,
}

/// The person of each peak, at most one peak per person; with more peaks than people some have
/// none. `threshold` is the distance from which pairs are not accepted afterwards.
pub(super) fn assign(distances: &Distances, scores: &[f32], threshold: f64) -> Vec<Option<usize>> {
    let people = distances.people;
    // Columns of no person: all cost the same, so that only their number matters.
    let columns = people.max(scores.len());
    let costs = Matrix::from_fn(scores.len(), columns, |(row, column)| {
        if column < people {
            cost(distances.values[row * people + column], scores[row], threshold)
        } else {
            0
        }
    });
    let (_, chosen) = kuhn_munkres_min(&costs);
    chosen.into_iter().map(|column| (column < people).then_some(column)).collect()
}

fn cost(distance: f64, score: f32, threshold: f64) -> i128 {
    let rounded = distance.min(LARGEST).round_ties_even();
    let cost = rounded * DISTANCE_COST - f64::from(score).min(LARGEST);
    let tie = (distance / threshold).clamp(0.0, 1.0) * TIE_MAX;
    (cost * SCORE_STEPS).round() as i128 * TIE_STEPS + tie as i128
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(values: &[f64], scores: &[f32]) -> Vec<Option<usize>> {
        let distances = Distances { values: values.to_vec(), people: values.len() / scores.len() };
        assign(&distances, scores, 1.0)
    }

    #[test]
    fn the_sum_of_rounded_distances_is_least() {
        assert_eq!(chosen(&[1.6, 0.2, 0.3, 4.0], &[0.9, 0.8]), [Some(1), Some(0)]);
    }

    #[test]
    fn of_more_peaks_than_people_the_worst_are_left() {
        assert_eq!(chosen(&[0.1, 0.2, 3.0], &[0.5, 0.9, 0.95]), [None, Some(0), None]);
    }

    #[test]
    fn ties_keep_the_accepted_pair() {
        // Both ways cost 13; only one has a pair that is near enough.
        let values = [3.0, 0.2, 10.0, 13.0];
        assert_eq!(chosen(&values, &[0.9, 0.9]), [Some(1), Some(0)]);
    }

    #[test]
    fn extreme_distances_and_scores_are_assigned() {
        let values = [f64::from(f32::MAX), 0.0, 0.0, f64::from(f32::MAX)];
        assert_eq!(chosen(&values, &[f32::MAX, 1.0]), [Some(1), Some(0)]);
    }
}
