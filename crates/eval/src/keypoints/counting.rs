//! Number of people found per picture, compared with the number annotated.
//!
//! A surplus of results with low scores hardly changes AP, but it does change counts.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use scalenas_coco::CocoResult;

/// Accuracy of the number of people per picture.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CountStats {
    /// Score above which a result counts as a person.
    pub above: f64,
    /// Number of pictures with a known number of people.
    pub pictures: usize,
    /// Number of pictures with the right count.
    pub right: usize,
    /// Number of pictures whose count is off by at most one.
    pub within_one: usize,
    /// Mean absolute error of the count per picture; 0 without pictures.
    pub mean_error: f64,
}

impl CountStats {
    /// Share of pictures with the right count, in `0..=1`; 0 without pictures.
    pub fn share_right(&self) -> f64 {
        self.right as f64 / self.pictures.max(1) as f64
    }
}

/// Counts `results` that score above `above` in each picture of `people`, which maps the pictures'
/// ids to their number of people. Results of other pictures are ignored.
pub fn count_people(
    people: &BTreeMap<i64, usize>,
    results: &[CocoResult],
    above: f64,
) -> CountStats {
    let mut found: BTreeMap<i64, usize> = BTreeMap::new();
    for result in results.iter().filter(|result| result.score > above) {
        *found.entry(result.image_id).or_default() += 1;
    }
    let off =
        |(image, &there): (&i64, &usize)| found.get(image).map_or(there, |n| n.abs_diff(there));
    let off: Vec<usize> = people.iter().map(off).collect();
    let within = |most: usize| off.iter().filter(|&&off| off <= most).count();
    let total: usize = off.iter().sum();
    let mean_error = total as f64 / off.len().max(1) as f64;
    CountStats { above, pictures: off.len(), right: within(0), within_one: within(1), mean_error }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn result(image_id: i64, score: f64) -> CocoResult {
        CocoResult { image_id, category_id: 1, keypoints: vec![[0.0; 3]], score, bbox: None }
    }

    #[test]
    fn surplus_and_missing_people_are_errors() {
        let people = BTreeMap::from([(1, 2), (2, 0), (3, 3), (4, 1)]);
        let results = [(1, 0.9), (1, 0.6), (1, 0.3), (2, 0.8), (4, 0.3), (9, 0.9)];
        let results = results.map(|(image, score)| result(image, score));
        let stats = count_people(&people, &results, 0.3);
        assert_eq!((stats.pictures, stats.right, stats.within_one), (4, 1, 3));
        assert!((stats.mean_error - 5.0 / 4.0).abs() < 1e-12);
        assert!((stats.share_right() - 0.25).abs() < 1e-12);
    }

    #[test]
    fn without_pictures_nothing_is_right() {
        let stats = count_people(&BTreeMap::new(), &[result(1, 0.5)], 0.1);
        assert_eq!((stats.pictures, stats.right), (0, 0));
        assert!(stats.share_right().abs() < 1e-12 && stats.mean_error.abs() < 1e-12);
    }
}
