//! Regret: the score that is lost by trusting a ranking.

/// Best true score among all networks less the best among the `count` that a ranking puts first; `None` without
/// networks.
///
/// # Panics
/// If the lists are not equally long.
pub fn regret(ranked_by: &[f64], truth: &[f64], count: usize) -> Option<f64> {
    assert_eq!(ranked_by.len(), truth.len(), "both lists are of the same networks");
    let mut order: Vec<usize> = (0..truth.len()).collect();
    order.sort_by(|&i, &j| ranked_by[j].total_cmp(&ranked_by[i]));
    let best = |indices: &[usize]| indices.iter().map(|&index| truth[index]).reduce(f64::max);
    Some(best(&order)? - best(order.get(..count).unwrap_or(&order))?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_perfect_ranking_regrets_nothing() {
        let truth = [0.3, 0.9, 0.5];
        assert_eq!(regret(&truth, &truth, 1), Some(0.0));
        let reversed = [3.0, 1.0, 2.0];
        assert!((regret(&reversed, &truth, 1).unwrap() - 0.6).abs() < 1e-12);
        assert!((regret(&reversed, &truth, 2).unwrap() - 0.4).abs() < 1e-12);
        assert_eq!(regret(&reversed, &truth, 9), Some(0.0));
        assert_eq!(regret(&[], &[], 1), None);
    }
}
