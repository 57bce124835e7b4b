//! Resampled lists: how much a figure depends on which pictures, or networks, happen to be in the list.
//!
//! Source: the bootstrap. The same number gives the same resampled list, so that two networks compare on equal pictures.

use rand::RngExt;
use scalenas_base::rng;

/// Resampled sets of pictures behind the noise of a score.
pub const PICTURE_SETS: u64 = 300;

/// Indices of a resampled list: as many as the list has, drawn with replacement.
pub fn resample(count: usize, number: u64) -> Vec<usize> {
    let mut random = rng::stream(0, "bootstrap", &[number]);
    (0..count).map(|_| random.random_range(0..count)).collect()
}

/// Times that every entry of a list is in a resampled one.
pub fn copies(count: usize, number: u64) -> Vec<usize> {
    let mut copies = vec![0; count];
    for index in resample(count, number) {
        copies[index] += 1;
    }
    copies
}

/// Standard deviation of a figure over resampled lists; 0 for fewer than two.
pub fn deviation(values: &[f64]) -> f64 {
    let count = values.len() as f64;
    let mean = values.iter().sum::<f64>() / count.max(1.0);
    let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
    (squares / (count - 1.0).max(1.0)).sqrt()
}

/// Share of the lists in which the first figure is the higher one; lists with equal figures count half. `None` without
/// lists.
///
/// # Panics
/// If the figures are not of equally many lists.
pub fn share_ahead(first: &[f64], second: &[f64]) -> Option<f64> {
    assert_eq!(first.len(), second.len(), "figures of the same lists");
    let half = |(a, b): (&f64, &f64)| match a.total_cmp(b) {
        std::cmp::Ordering::Greater => 1.0,
        std::cmp::Ordering::Equal => 0.5,
        std::cmp::Ordering::Less => 0.0,
    };
    let ahead: f64 = first.iter().zip(second).map(half).sum();
    (!first.is_empty()).then(|| ahead / first.len() as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_as_long_and_follow_from_their_number() {
        assert_eq!(resample(50, 3), resample(50, 3));
        assert_ne!(resample(50, 3), resample(50, 4));
        assert_eq!(copies(50, 3).iter().sum::<usize>(), 50);
        assert!(resample(0, 0).is_empty());
    }

    /// The deviation of a mean over n numbers is theirs by the root of n.
    #[test]
    fn the_noise_of_a_mean_is_the_known_one() {
        let values: Vec<f64> = (0..400).map(|i| f64::from(i % 2)).collect();
        let means: Vec<f64> = (0..PICTURE_SETS)
            .map(|number| resample(400, number).iter().map(|&i| values[i]).sum::<f64>() / 400.0)
            .collect();
        let expected = 0.5 / 20.0;
        assert!((deviation(&means) - expected).abs() < 0.1 * expected, "{}", deviation(&means));
        assert!(deviation(&[1.0]).abs() < f64::EPSILON);
        assert_eq!(share_ahead(&[1.0, 2.0, 3.0, 0.0], &[0.0, 2.0, 1.0, 1.0]), Some(0.625));
        assert_eq!(share_ahead(&[], &[]), None);
    }
}
