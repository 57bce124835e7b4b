//! Survivor selection: fronts are peeled off until enough are kept.
//!
//! Source: ScaleNAS. Candidates are sorted by cost, and those with a strictly better score than
//! everything cheaper form the front; then the same among the rest. Written for any number of
//! objectives: a candidate joins the front unless one that precedes it by the first objective is
//! at least as good in all others.

/// Indices of the `keep` survivors, in the order in which fronts are peeled. Every point lists its
/// objectives, all of which are minimised; the first one orders a front.
pub fn peel(points: &[Vec<f64>], keep: usize) -> Vec<usize> {
    let mut rest: Vec<usize> = (0..points.len()).collect();
    // Stable: equals keep the order in which they came.
    rest.sort_by(|&a, &b| points[a][0].total_cmp(&points[b][0]));
    let mut kept = Vec::new();
    while kept.len() < keep && !rest.is_empty() {
        let chosen = first_front(points, &rest);
        rest.retain(|index| !chosen.contains(index));
        kept.extend(chosen);
    }
    kept.truncate(keep);
    kept
}

/// Survivors of a search for low cost and high accuracy.
pub fn survivors(costs: &[f64], accuracies: &[f64], keep: usize) -> Vec<usize> {
    peel(&pairs(costs, accuracies), keep)
}

/// Indices of the Pareto front by ascending cost.
pub fn front(costs: &[f64], accuracies: &[f64]) -> Vec<usize> {
    let points = pairs(costs, accuracies);
    let mut order: Vec<usize> = (0..points.len()).collect();
    // Of equal costs the better comes first, so that the front has no dominated member.
    order.sort_by(|&a, &b| {
        let cost = points[a][0].total_cmp(&points[b][0]);
        cost.then(points[a][1].total_cmp(&points[b][1]))
    });
    first_front(&points, &order)
}

fn pairs(costs: &[f64], accuracies: &[f64]) -> Vec<Vec<f64>> {
    costs.iter().zip(accuracies).map(|(&cost, &accuracy)| vec![cost, -accuracy]).collect()
}

fn first_front(points: &[Vec<f64>], ordered: &[usize]) -> Vec<usize> {
    let mut front: Vec<usize> = Vec::new();
    for &index in ordered {
        let others = &points[index][1..];
        let beaten = front.iter().any(|&member| {
            points[member][1..].iter().zip(others).all(|(member, own)| member <= own)
        });
        if !beaten {
            front.push(index);
        }
    }
    front
}
