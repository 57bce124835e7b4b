//! Pareto ranks, and crowding within a rank.
//!
//! Source: NSGA-II (Deb et al., 2002).

use std::cmp::Ordering;

use super::pareto::{first_front, in_order};

/// Indices of the `keep` best points: by the number of the front that they are on, and within a front by their
/// distance from its other members, the most lonely first. Every point lists its objectives, all of which are
/// minimised.
pub fn ranked_and_spread(points: &[Vec<f64>], keep: usize) -> Vec<usize> {
    let mut rest = in_order(points);
    let (mut kept, mut is_taken) = (Vec::new(), vec![false; points.len()]);
    while kept.len() < keep && !rest.is_empty() {
        let front = first_front(points, &rest);
        for &index in &front {
            is_taken[index] = true;
        }
        rest.retain(|&index| !is_taken[index]);
        kept.extend(spread(points, front));
    }
    kept.truncate(keep);
    kept
}

/// A front, the most lonely members first; its ends are infinitely lonely.
fn spread(points: &[Vec<f64>], front: Vec<usize>) -> Vec<usize> {
    let mut distance = vec![0.0; front.len()];
    let objectives = front.first().map_or(0, |&first| points[first].len());
    (0..objectives).for_each(|objective| {
        let values: Vec<f64> = front.iter().map(|&index| points[index][objective]).collect();
        add_gaps(&values, &mut distance);
    });
    let mut order: Vec<usize> = (0..front.len()).collect();
    order.sort_by(|&a, &b| distance[b].partial_cmp(&distance[a]).unwrap_or(Ordering::Equal));
    order.into_iter().map(|place| front[place]).collect()
}

/// Adds to the distance of every member the gap between its neighbours in one objective, as a share of its range.
fn add_gaps(values: &[f64], distance: &mut [f64]) {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|&a, &b| values[a].total_cmp(&values[b]));
    let (first, last) = (order[0], order[order.len() - 1]);
    let range = values[last] - values[first];
    for window in order.windows(3) {
        if range > 0.0 {
            distance[window[1]] += (values[window[2]] - values[window[0]]) / range;
        }
    }
    (distance[first], distance[last]) = (f64::INFINITY, f64::INFINITY);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fronts_come_one_after_the_other_and_ends_first() {
        let points = [[0.0, 4.0], [4.0, 0.0], [1.0, 3.0], [1.1, 2.8], [3.0, 1.0], [5.0, 5.0]];
        let points = points.map(Vec::from);
        let order = ranked_and_spread(&points, 9);
        assert_eq!(order.len(), points.len());
        assert_eq!(order[5], 5, "the dominated point is last");
        assert!(order[..2].contains(&0) && order[..2].contains(&1), "{order:?}");
        // The middle of the widest gap comes before the crowded pair.
        assert_eq!(order[2], 4, "{order:?}");
        assert_eq!(ranked_and_spread(&points, 2), order[..2]);
        assert!(ranked_and_spread(&[], 3).is_empty());
    }

    /// Against domination by its definition.
    #[test]
    fn ranks_are_those_of_domination() {
        let value = |i: u64, k: u64| ((i * 7919 + k * 104_729) % 97) as f64;
        let points: Vec<Vec<f64>> =
            (0..120).map(|i| vec![value(i, 1), value(i, 2), value(i, 3)]).collect();
        let dominates = |a: &[f64], b: &[f64]| a.iter().zip(b).all(|(a, b)| a <= b) && a != b;
        let order = ranked_and_spread(&points, points.len());
        for (place, &index) in order.iter().enumerate() {
            for &later in &order[place..] {
                assert!(!dominates(&points[later], &points[index]), "{later} before {index}");
            }
        }
    }
}
