//! Classification of pictures: how often the true class has the highest score, or one of the five highest.
//!
//! Among equal scores the class that stands first in the facts counts as the higher one; scores that are not
//! numbers are the lowest.

use serde::Serialize;

use crate::resampling::{PICTURE_SETS, resample};
use crate::{Error, Result};

/// Places that count for `top5`.
const PLACES: usize = 5;

/// Figures over pictures.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TopStats {
    /// Share of pictures whose class has the highest score.
    pub top1: f64,
    /// Share of pictures whose class has one of the five highest scores.
    pub top5: f64,
    /// Mean over the classes that appear of the share of their pictures with the highest score.
    pub class_mean: f64,
    /// Share per class; `None` for classes without pictures.
    pub classes: Vec<Option<f64>>,
    /// Number of pictures.
    pub pictures: u64,
}

/// Counts of pictures by class.
#[derive(Debug, Clone)]
pub struct Tally {
    /// Pictures, of which the class came first, and among the five highest.
    classes: Vec<[u64; 3]>,
}

impl Tally {
    /// No pictures of so many classes.
    pub fn new(classes: usize) -> Self {
        Self { classes: vec![[0; 3]; classes] }
    }

    /// Adds a picture of a class with the scores of all classes.
    ///
    /// # Errors
    /// If the scores are not as many as the classes, or the class is none of them.
    pub fn add(&mut self, class: usize, scores: &[f32]) -> Result<()> {
        let count = self.classes.len();
        if scores.len() != count || class >= count {
            let found = format!("{} scores for class {class} of {count}", scores.len());
            return Err(Error::Maps { what: "prediction", found, accepted: "a score per class" });
        }
        let place =
            order(scores).position(|other| other == class).expect("every class has a place");
        let counts = &mut self.classes[class];
        counts[0] += 1;
        counts[1] += u64::from(place == 0);
        counts[2] += u64::from(place < PLACES);
        Ok(())
    }

    /// Figures so far; 0 without pictures.
    pub fn stats(&self) -> TopStats {
        let sum = |place: usize| self.classes.iter().map(|counts| counts[place]).sum::<u64>();
        let share = |part: u64, all: u64| if all == 0 { 0.0 } else { part as f64 / all as f64 };
        let of_class = |counts: &[u64; 3]| (counts[0] > 0).then(|| share(counts[1], counts[0]));
        let classes: Vec<Option<f64>> = self.classes.iter().map(of_class).collect();
        let seen: Vec<f64> = classes.iter().flatten().copied().collect();
        let class_mean =
            if seen.is_empty() { 0.0 } else { seen.iter().sum::<f64>() / seen.len() as f64 };
        let pictures = sum(0);
        TopStats {
            top1: share(sum(1), pictures),
            top5: share(sum(2), pictures),
            class_mean,
            classes,
            pictures,
        }
    }
}

/// Share of right pictures in every resampled set of them.
pub fn resampled_top1(right: &[bool]) -> Vec<f64> {
    let share = |number: u64| {
        let set = resample(right.len(), number);
        let hits = set.iter().filter(|&&index| right[index]).count();
        hits as f64 / set.len().max(1) as f64
    };
    (0..PICTURE_SETS).map(share).collect()
}

/// Classes from the highest score to the lowest.
pub fn order(scores: &[f32]) -> impl Iterator<Item = usize> + use<> {
    let value = |&score: &f32| if score.is_nan() { f32::NEG_INFINITY } else { score };
    let values: Vec<f32> = scores.iter().map(value).collect();
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|&a, &b| values[b].total_cmp(&values[a]));
    order.into_iter()
}

/// Probabilities of scores (softmax).
pub fn probabilities(scores: &[f32]) -> Vec<f32> {
    let highest = scores.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let powers: Vec<f32> = scores.iter().map(|score| (score - highest).exp()).collect();
    let sum: f32 = powers.iter().sum();
    powers.into_iter().map(|power| power / sum).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_counted_by_class() {
        let mut tally = Tally::new(7);
        tally.add(2, &[0.0, 1.0, 5.0, 2.0, 2.0, 2.0, 2.0]).unwrap();
        tally.add(2, &[9.0, 1.0, 5.0, 2.0, 2.0, 2.0, 2.0]).unwrap();
        tally.add(6, &[9.0, 9.0, 9.0, 9.0, 9.0, 9.0, 9.0]).unwrap();
        tally.add(0, &[9.0, 9.0, 0.0, 0.0, 0.0, 0.0, 0.0]).unwrap();
        let stats = tally.stats();
        assert_eq!((stats.top1, stats.top5, stats.pictures), (0.5, 0.75, 4));
        assert_eq!(
            (stats.classes[2], stats.classes[6], stats.classes[1]),
            (Some(0.5), Some(0.0), None)
        );
        assert!((stats.class_mean - 0.5).abs() < 1e-12);
        assert_eq!(Tally::new(2).stats().pictures, 0);
        assert!(tally.add(7, &[0.0; 7]).is_err() && tally.add(0, &[0.0; 6]).is_err());
    }

    #[test]
    fn no_number_is_never_the_best() {
        assert_eq!(order(&[f32::NAN, -1.0, f32::INFINITY]).collect::<Vec<_>>(), [2, 1, 0]);
        let found = probabilities(&[1000.0, 1000.0, f32::NEG_INFINITY]);
        assert_eq!(found, [0.5, 0.5, 0.0]);
    }
}
