//! Distances between joints found and joints annotated: mean and median error in pixels, and PCK, the
//! share of joints within a part of the person's size.
//!
//! Each annotated person is compared with one result of its picture: pairs are made from the nearest
//! one up, so that no result counts twice. Joints without a label and regions of many people do not
//! count. Joints of people without a result are wrong for PCK, and have no distance.

use std::collections::{BTreeMap, BTreeSet};

use scalenas_coco::{AnnotatedPerson, CocoResult, GroundTruth};
use serde::Serialize;

/// Size of a person that distances are compared with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SizeOf {
    /// From the left shoulder to the right hip; people without one of them do not count.
    Torso {
        /// Position of the left shoulder.
        shoulder: usize,
        /// Position of the right hip.
        hip: usize,
    },
    /// The longer side of the box.
    Box,
}

impl SizeOf {
    /// The torso, for data sets that have its joints, else the box.
    pub fn of_joints(names: &[String]) -> Self {
        let find = |wanted: &str| names.iter().position(|name| name == wanted);
        match (find("left_shoulder"), find("right_hip")) {
            (Some(shoulder), Some(hip)) => Self::Torso { shoulder, hip },
            _ => Self::Box,
        }
    }

    /// Part of the size within which a joint is right, by custom.
    pub fn share(self) -> f64 {
        match self {
            Self::Torso { .. } => 0.2,
            Self::Box => 0.05,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Torso { .. } => "torso",
            Self::Box => "box",
        }
    }

    fn of(self, person: &AnnotatedPerson) -> Option<f64> {
        match self {
            Self::Torso { shoulder, hip } => {
                let ends = [person.keypoints[shoulder], person.keypoints[hip]];
                let labelled = ends.iter().all(|joint| joint[2] > 0.0);
                labelled.then(|| apart(ends[0], ends[1]))
            }
            Self::Box => Some(person.bbox[2].max(person.bbox[3])),
        }
    }
}

/// Accuracy of joints in pixels.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct DistanceStats {
    /// Annotated people with labelled joints.
    pub people: usize,
    /// Those of them without a result.
    pub missed_people: usize,
    /// Labelled joints of the others.
    pub joints: usize,
    /// Mean distance of these, in pixels; `None` without any.
    pub mean_pixels: Option<f64>,
    /// Median distance, in pixels.
    pub median_pixels: Option<f64>,
    /// Share of joints within [`pck_share`](Self::pck_share) of the person's size; `None` without people
    /// whose size is known.
    pub pck: Option<f64>,
    /// Part of the size.
    pub pck_share: f64,
    /// Meaning of the size: `torso` or `box`.
    pub pck_of: &'static str,
}

/// Distances of the joints of `results` from those annotated.
pub fn joint_distances(truth: &GroundTruth, results: &[CocoResult], size: SizeOf) -> DistanceStats {
    let mut found: BTreeMap<i64, Vec<&CocoResult>> = BTreeMap::new();
    for result in results {
        found.entry(result.image_id).or_default().push(result);
    }
    let mut people: BTreeMap<usize, Vec<&AnnotatedPerson>> = BTreeMap::new();
    let counts = |person: &&AnnotatedPerson| !person.iscrowd && labelled(person).next().is_some();
    for person in truth.people.iter().filter(counts) {
        people.entry(person.image).or_default().push(person);
    }
    let mut sums = Sums { size, ..Sums::default() };
    for (image, people) in &people {
        let found = found.get(&truth.images[*image].id).map_or(&[][..], Vec::as_slice);
        let pairs = pairs(people, found);
        for (index, person) in people.iter().enumerate() {
            sums.add(person, pairs.get(&index).map(|&result| found[result]));
        }
    }
    sums.finish()
}

/// Result of every person that has one.
fn pairs(people: &[&AnnotatedPerson], found: &[&CocoResult]) -> BTreeMap<usize, usize> {
    let mut distances = Vec::new();
    for (index, person) in people.iter().enumerate() {
        for (result, pose) in found.iter().enumerate() {
            let (sum, count) = labelled(person)
                .map(|(joint, at)| apart(at, pose.keypoints[joint]))
                .fold((0.0, 0), |(sum, count), distance| (sum + distance, count + 1));
            distances.push((sum / f64::from(count), index, result));
        }
    }
    distances.sort_by(|a, b| a.0.total_cmp(&b.0));
    let (mut pairs, mut taken) = (BTreeMap::new(), BTreeSet::new());
    for (_, person, result) in distances {
        if !pairs.contains_key(&person) && taken.insert(result) {
            pairs.insert(person, result);
        }
    }
    pairs
}

/// Labelled joints of a person with their positions.
fn labelled(person: &AnnotatedPerson) -> impl Iterator<Item = (usize, [f64; 3])> + '_ {
    let joints = person.keypoints.iter().copied().enumerate();
    joints.filter(|(_, joint)| joint[2] > 0.0)
}

fn apart(a: [f64; 3], b: [f64; 3]) -> f64 {
    (a[0] - b[0]).hypot(a[1] - b[1])
}

struct Sums {
    size: SizeOf,
    people: usize,
    missed: usize,
    distances: Vec<f64>,
    right: usize,
    sized: usize,
}

impl Default for Sums {
    fn default() -> Self {
        let (people, missed, right, sized) = (0, 0, 0, 0);
        Self { size: SizeOf::Box, people, missed, distances: Vec::new(), right, sized }
    }
}

impl Sums {
    fn add(&mut self, person: &AnnotatedPerson, result: Option<&CocoResult>) {
        self.people += 1;
        self.missed += usize::from(result.is_none());
        let limit = self.size.of(person).map(|size| size * self.size.share());
        for (joint, at) in labelled(person) {
            let distance = result.map(|result| apart(at, result.keypoints[joint]));
            self.distances.extend(distance);
            if let Some(limit) = limit {
                self.sized += 1;
                self.right += usize::from(distance.is_some_and(|distance| distance <= limit));
            }
        }
    }

    fn finish(mut self) -> DistanceStats {
        self.distances.sort_by(f64::total_cmp);
        let count = self.distances.len();
        let mean = self.distances.iter().sum::<f64>() / count as f64;
        DistanceStats {
            people: self.people,
            missed_people: self.missed,
            joints: count,
            mean_pixels: (count > 0).then_some(mean),
            median_pixels: self.distances.get(count / 2).copied(),
            pck: (self.sized > 0).then(|| self.right as f64 / self.sized as f64),
            pck_share: self.size.share(),
            pck_of: self.size.name(),
        }
    }
}

#[cfg(test)]
mod tests {
    use scalenas_coco::ScoredImage;

    use super::*;

    fn person(image: usize, joints: [[f64; 3]; 2]) -> AnnotatedPerson {
        AnnotatedPerson {
            position: 0,
            image,
            category_id: 1,
            bbox: [0.0, 0.0, 60.0, 100.0],
            area: 1.0,
            iscrowd: false,
            num_keypoints: None,
            keypoints: joints.to_vec(),
        }
    }

    fn result(image_id: i64, joints: [[f64; 2]; 2]) -> CocoResult {
        let keypoints = joints.iter().map(|&[x, y]| [x, y, 1.0]).collect();
        CocoResult { image_id, category_id: 1, keypoints, score: 1.0, bbox: None }
    }

    fn truth(people: Vec<AnnotatedPerson>) -> GroundTruth {
        let images = [7, 9].map(|id| ScoredImage { id, crowd_index: None }).to_vec();
        let categories = BTreeSet::from([1]);
        GroundTruth { file: "a.json".into(), images, people, categories, zero_id: None }
    }

    #[test]
    fn nearest_results_are_paired_and_none_counts_twice() {
        let (left, right) = ([[0.0, 0.0, 2.0], [10.0, 0.0, 2.0]], [[50.0, 0.0, 2.0], [0.0; 3]]);
        let crowd = AnnotatedPerson { iscrowd: true, ..person(0, left) };
        let truth = truth(vec![person(0, left), person(0, right), person(1, left), crowd]);
        let found = [result(7, [[50.0, 4.0], [0.0, 0.0]]), result(7, [[3.0, 4.0], [10.0, 0.0]])];
        let stats = joint_distances(&truth, &found, SizeOf::Box);
        assert_eq!((stats.people, stats.missed_people, stats.joints), (3, 1, 3));
        assert_eq!((stats.mean_pixels, stats.median_pixels), (Some(3.0), Some(4.0)));
        // 5 pixels of 100 are right; the two joints of the missed person are not.
        assert_eq!((stats.pck, stats.pck_share), (Some(0.6), 0.05));
    }

    #[test]
    fn the_torso_is_the_measure_where_it_is_labelled() {
        let names = ["left_shoulder", "right_hip"].map(str::to_owned);
        let torso = SizeOf::of_joints(&names);
        let whole = person(0, [[0.0, 0.0, 2.0], [10.0, 0.0, 2.0]]);
        let part = person(1, [[0.0, 0.0, 2.0], [0.0; 3]]);
        let found = [result(7, [[2.0, 0.0], [12.1, 0.0]]), result(9, [[90.0, 0.0], [0.0, 0.0]])];
        let stats = joint_distances(&truth(vec![whole, part]), &found, torso);
        assert_eq!((stats.pck, stats.joints), (Some(0.5), 3));
        assert_eq!(SizeOf::of_joints(&names[..1]), SizeOf::Box);
        let json = serde_json::to_value(stats).unwrap();
        assert_eq!(json["pck_of"], "torso");
    }

    #[test]
    fn nobody_has_no_figures() {
        let stats = joint_distances(&truth(Vec::new()), &[], SizeOf::Box);
        assert_eq!((stats.mean_pixels, stats.median_pixels, stats.pck), (None, None, None));
    }
}
