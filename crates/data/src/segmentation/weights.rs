//! Class weights from the number of pixels of each class.

/// Keeps the weight of a class that fills every picture finite.
const SOFTENING: f64 = 1.02;

/// Weight `1 / ln(1.02 + share)` of each class, scaled to a mean of 1 over the classes that appear.
/// Rare classes weigh more, at most fifty times as much as one that fills everything; classes that
/// never appear weigh 1.
///
/// Source: `ENet` (arXiv 1606.02147).
pub fn class_weights(pixels: &[u64]) -> Vec<f32> {
    let all: u64 = pixels.iter().sum();
    let weight =
        |&count: &u64| (count > 0).then(|| 1.0 / (SOFTENING + count as f64 / all as f64).ln());
    let raw: Vec<Option<f64>> = pixels.iter().map(weight).collect();
    let present = raw.iter().flatten().count().max(1);
    let mean = raw.iter().flatten().sum::<f64>() / present as f64;
    raw.into_iter().map(|weight| weight.map_or(1.0, |weight| (weight / mean) as f32)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rare_classes_weigh_more_and_the_mean_is_one() {
        let weights = class_weights(&[9_000, 900, 0, 100]);
        assert!(weights[0] < weights[1] && weights[1] < weights[3]);
        assert!((weights[2] - 1.0).abs() < f32::EPSILON);
        let mean = (weights[0] + weights[1] + weights[3]) / 3.0;
        assert!((mean - 1.0).abs() < 1e-6);
        assert_eq!(class_weights(&[0, 0]), [1.0, 1.0]);
    }
}
