//! Hypervolume: how much of the plane of cost and accuracy a set of networks dominates.

use crate::selection::front;

/// Area between the front and the reference point (`cost`, `accuracy`), which is worse than all.
pub fn hypervolume(costs: &[f64], accuracies: &[f64], reference: (f64, f64)) -> f64 {
    let front = front(costs, accuracies);
    let ends = front.iter().skip(1).map(|&next| costs[next]).chain([reference.0]);
    front
        .iter()
        .zip(ends)
        .map(|(&index, end)| {
            let width = (end.min(reference.0) - costs[index]).max(0.0);
            width * (accuracies[index] - reference.1).max(0.0)
        })
        .sum()
}
