//! Rank correlations.

use std::cmp::Ordering;

/// Kendall's tau-b in [-1, 1]; `None` where one of the lists is constant.
///
/// # Panics
/// If the lists are not equally long.
pub fn kendall(a: &[f64], b: &[f64]) -> Option<f64> {
    assert_eq!(a.len(), b.len(), "both lists rank the same networks");
    let (mut sum, mut in_a, mut in_b) = (0i64, 0i64, 0i64);
    for i in 0..a.len() {
        for j in 0..i {
            let (x, y) = (sign(a[i], a[j]), sign(b[i], b[j]));
            sum += x * y;
            in_a += x * x;
            in_b += y * y;
        }
    }
    (in_a > 0 && in_b > 0).then(|| sum as f64 / ((in_a as f64) * (in_b as f64)).sqrt())
}

fn sign(a: f64, b: f64) -> i64 {
    match a.partial_cmp(&b) {
        Some(Ordering::Less) => -1,
        Some(Ordering::Greater) => 1,
        _ => 0,
    }
}

/// Spearman's rho in [-1, 1]: the correlation of ranks, of which equal values share the mean; `None` where one
/// of the lists is constant.
///
/// # Panics
/// If the lists are not equally long.
pub fn spearman(a: &[f64], b: &[f64]) -> Option<f64> {
    assert_eq!(a.len(), b.len(), "both lists rank the same networks");
    let (a, b) = (ranks(a), ranks(b));
    let mean = f64::midpoint(a.len() as f64, 1.0);
    let product = |a: &[f64], b: &[f64]| -> f64 {
        a.iter().zip(b).map(|(x, y)| (x - mean) * (y - mean)).sum()
    };
    let scale = (product(&a, &a) * product(&b, &b)).sqrt();
    (scale > 0.0).then(|| product(&a, &b) / scale)
}

/// Ranks from 1.
fn ranks(values: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|&i, &j| values[i].total_cmp(&values[j]));
    let mut ranks = vec![0.0; values.len()];
    let mut first = 0;
    for equal in order.chunk_by(|&i, &j| sign(values[i], values[j]) == 0) {
        let mean = first as f64 + f64::midpoint(equal.len() as f64, 1.0);
        for &index in equal {
            ranks[index] = mean;
        }
        first += equal.len();
    }
    ranks
}

/// Mean tau-b inside bands of networks of like cost: the order that cost alone does not explain. `None` where no
/// band has an order.
///
/// # Panics
/// If the lists are not equally long, or there is no band.
pub fn within_bands(costs: &[f64], a: &[f64], b: &[f64], bands: usize) -> Option<f64> {
    assert!(bands > 0, "networks are cut into at least one band");
    let mut order: Vec<usize> = (0..costs.len()).collect();
    order.sort_by(|&i, &j| costs[i].total_cmp(&costs[j]));
    let length = order.len().div_ceil(bands).max(1);
    let taus: Vec<f64> = order
        .chunks(length)
        .filter_map(|band| {
            let pick = |values: &[f64]| band.iter().map(|&index| values[index]).collect::<Vec<_>>();
            kendall(&pick(a), &pick(b))
        })
        .collect();
    (!taus.is_empty()).then(|| taus.iter().sum::<f64>() / taus.len() as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(found: Option<f64>, expected: f64) {
        let found = found.unwrap();
        assert!((found - expected).abs() < 1e-12, "{found}, expected {expected}");
    }

    /// Figures of `scipy.stats`.
    #[test]
    fn correlations_equal_scipy() {
        let (a, b) = ([0.1, 0.4, 0.35, 0.8, 0.8, 0.2, 0.95], [0.2, 0.3, 0.5, 0.7, 0.9, 0.2, 0.9]);
        close(kendall(&a, &b), 0.820_782_681_668_123_2);
        close(spearman(&a, &b), 0.926_644_502_314_686_9);
        let (a, b): (Vec<f64>, _) = (
            (1..=10).map(f64::from).collect(),
            [2.0, 1.0, 4.0, 3.0, 7.0, 5.0, 6.0, 10.0, 8.0, 9.0],
        );
        close(kendall(&a, &b), 0.733_333_333_333_333_3);
        close(spearman(&a, &b), 0.903_030_303_030_302_8);
    }

    #[test]
    fn an_order_by_cost_alone_says_nothing_inside_bands() {
        let costs: Vec<f64> = (0..12).map(f64::from).collect();
        // Rises from band to band and falls inside each.
        let score: Vec<f64> = (0..12).map(|i| f64::from(i / 4 * 10 - i % 4)).collect();
        assert!(kendall(&costs, &score).unwrap() > 0.3);
        close(within_bands(&costs, &costs, &score, 3), -1.0);
    }

    #[test]
    fn constant_lists_have_no_order() {
        assert_eq!(kendall(&[1.0, 1.0], &[1.0, 2.0]), None);
        assert_eq!(spearman(&[1.0, 2.0], &[3.0, 3.0]), None);
        assert_eq!(kendall(&[], &[]), None);
        assert_eq!(within_bands(&[1.0, 2.0], &[1.0, 1.0], &[1.0, 2.0], 1), None);
    }
}
