//! Survivor selection: fronts are peeled off until enough are kept.
//!
//! Source: ScaleNAS. Candidates are sorted by cost, and those with a strictly better score than
//! everything cheaper form the front; then likewise among the rest. Written for any number of
//! objectives: a candidate joins the front unless one that precedes it by the first objective is
//! at least as good in all others.

use std::cmp::Ordering;

/// Indices of the `keep` survivors, in the order in which fronts are peeled. Every point lists its
/// objectives, all of which are minimised; the first one orders a front.
pub fn peel(points: &[Vec<f64>], keep: usize) -> Vec<usize> {
    let mut rest: Vec<usize> = (0..points.len()).collect();
    // Stable: equals keep the order in which they came.
    rest.sort_by(|&a, &b| points[a][0].total_cmp(&points[b][0]));
    let (mut kept, mut is_taken) = (Vec::new(), vec![false; points.len()]);
    while kept.len() < keep && !rest.is_empty() {
        let chosen = first_front(points, &rest);
        for &index in &chosen {
            is_taken[index] = true;
        }
        rest.retain(|&index| !is_taken[index]);
        kept.extend(chosen);
    }
    kept.truncate(keep);
    kept
}

/// Indices of the Pareto front by ascending first objective.
pub fn front(points: &[Vec<f64>]) -> Vec<usize> {
    first_front(points, &in_order(points))
}

/// Indices by ascending objectives. Of equals in one objective the better in the next comes first, so that a
/// front has no dominated member.
pub(super) fn in_order(points: &[Vec<f64>]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..points.len()).collect();
    order.sort_by(|&a, &b| {
        let pairs = points[a].iter().zip(&points[b]);
        pairs.fold(Ordering::Equal, |order, (a, b)| order.then(a.total_cmp(b)))
    });
    order
}

/// The members of the front among points in order.
pub(super) fn first_front(points: &[Vec<f64>], ordered: &[usize]) -> Vec<usize> {
    let mut front: Vec<usize> = Vec::new();
    for &index in ordered {
        let others = &points[index][1..];
        // The latest members cost most and score best: what is beaten is mostly beaten by one of them.
        let beaten = front.iter().rev().any(|&member| {
            points[member][1..].iter().zip(others).all(|(member, own)| member <= own)
        });
        if !beaten {
            front.push(index);
        }
    }
    front
}
