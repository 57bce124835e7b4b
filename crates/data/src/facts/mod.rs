//! Facts of a keypoint data set: names, swap pairs, body halves, sigmas, skeleton.
//!
//! One RON file per data set (`datasets/`); a user's own joints need such a file and no code.
//! Positions are indices into `joints`, from 0.

mod guess;

use std::path::Path;

use scalenas_base::text;
use scalenas_coco::JointSet;
use serde::{Deserialize, Serialize};

use crate::{Error, Result};

const COCO: &str = include_str!("../../../../datasets/coco.ron");
const CROWDPOSE: &str = include_str!("../../../../datasets/crowdpose.ron");

/// Joints of a data set: names, pairs, halves, sigmas, limbs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeypointFacts {
    /// Name of the data set, for messages and reports.
    pub name: String,
    /// Names of the joints, in the order of the annotation file.
    pub joints: Vec<String>,
    /// Pairs of joints that mirroring swaps.
    pub flip_pairs: Vec<(usize, usize)>,
    /// Joints of the upper body, for the half-body augmentation.
    pub upper_body: Vec<usize>,
    /// Joints of the lower body.
    pub lower_body: Vec<usize>,
    /// Fall-off of each joint in the object keypoint similarity (OKS).
    pub sigmas: Vec<f64>,
    /// Limbs as pairs of joints, for drawing.
    pub skeleton: Vec<(usize, usize)>,
    /// Category of the people in annotation files, by name or id; found by their joints by default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub category: Option<String>,
}

impl KeypointFacts {
    /// The 17 joints of COCO.
    pub fn coco() -> Self {
        Self::parse(COCO, Path::new("datasets/coco.ron")).expect("the built-in facts are tested")
    }

    /// The 14 joints of `CrowdPose`.
    pub fn crowdpose() -> Self {
        Self::parse(CROWDPOSE, Path::new("datasets/crowdpose.ron"))
            .expect("the built-in facts are tested")
    }

    /// Reads the facts of a data set from a RON file.
    ///
    /// # Errors
    /// When the file cannot be read, has unknown or missing keys, or the keys contradict each
    /// other: a joint that does not exist, a count of sigmas that is not that of the joints.
    pub fn read(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        let text = text::read(path).map_err(|e| Error::io(path, "read", e))?;
        Self::parse(&text, path)
    }

    /// For each joint, the joint that takes its place in a mirrored picture.
    pub fn mirrored(&self) -> Vec<usize> {
        let mut order: Vec<usize> = (0..self.joints.len()).collect();
        for &(a, b) in &self.flip_pairs {
            order.swap(a, b);
        }
        order
    }

    fn parse(text: &str, path: &Path) -> Result<Self> {
        let facts: Self = ron::from_str(text).map_err(|e| {
            let accepted = "the keys name, joints, flip_pairs, upper_body, lower_body, sigmas, skeleton and, if \
                            wanted, category";
            Error::facts(path, "(file)", e.to_string(), accepted)
        })?;
        facts.checked(path)
    }

    /// The facts, if their keys do not contradict each other; `path` is their file, for messages.
    ///
    /// # Errors
    /// As for [`read`](Self::read).
    pub fn checked(self, path: impl AsRef<Path>) -> Result<Self> {
        let refuse = |(key, problem, accepted)| Error::facts(path.as_ref(), key, problem, accepted);
        self.check().map_err(refuse).map(|()| self)
    }

    fn check(&self) -> std::result::Result<(), (&'static str, String, String)> {
        let count = self.joints.len();
        if count == 0 {
            return Err(("joints", "empty".into(), "at least one name".into()));
        }
        if self.sigmas.len() != count {
            let found = format!("{} values", self.sigmas.len());
            return Err(("sigmas", found, format!("{count}, one a joint")));
        }
        if let Some(sigma) = self.sigmas.iter().find(|s| !(s.is_finite() && **s > 0.0)) {
            return Err(("sigmas", sigma.to_string(), "positive numbers".into()));
        }
        let both = |pairs: &[(usize, usize)]| pairs.iter().flat_map(|&(a, b)| [a, b]).collect();
        let lists: [(&'static str, Vec<usize>); 4] = [
            ("flip_pairs", both(&self.flip_pairs)),
            ("upper_body", self.upper_body.clone()),
            ("lower_body", self.lower_body.clone()),
            ("skeleton", both(&self.skeleton)),
        ];
        for (key, list) in &lists {
            if let Some(joint) = list.iter().find(|j| **j >= count) {
                return Err((key, format!("joint {joint}"), format!("0 to {}", count - 1)));
            }
        }
        let mut swapped = lists[0].1.clone();
        swapped.sort_unstable();
        if swapped.windows(2).any(|pair| pair[0] == pair[1]) {
            let accepted = "every joint in one pair at most".into();
            return Err(("flip_pairs", "a joint occurs twice".into(), accepted));
        }
        Ok(())
    }
}

impl From<&KeypointFacts> for JointSet {
    fn from(facts: &KeypointFacts) -> Self {
        Self::Dataset {
            name: facts.name.clone(),
            joints: facts.joints.clone(),
            category: facts.category.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn built_in_facts_are_sound() {
        let (coco, crowdpose) = (KeypointFacts::coco(), KeypointFacts::crowdpose());
        assert_eq!((coco.joints.len(), crowdpose.joints.len()), (17, 14));
        assert_eq!(crowdpose.mirrored(), [1, 0, 3, 2, 5, 4, 7, 6, 9, 8, 11, 10, 12, 13]);
        for facts in [coco, crowdpose] {
            let halves = facts.upper_body.len() + facts.lower_body.len();
            assert_eq!(halves, facts.joints.len());
            for (joint, other) in facts.mirrored().into_iter().enumerate() {
                let swapped = facts.joints[joint].replace("left", "right");
                assert!(
                    joint == other
                        || [&facts.joints[joint], &facts.joints[other]].contains(&&swapped)
                );
            }
        }
    }

    #[test]
    fn contradictions_are_named() {
        let wrong = |change: fn(&mut KeypointFacts)| {
            let mut facts = KeypointFacts::coco();
            change(&mut facts);
            let text = ron::to_string(&facts).unwrap();
            KeypointFacts::parse(&text, Path::new("own.ron")).unwrap_err().to_string()
        };
        for (message, part) in [
            (wrong(|f| f.sigmas.truncate(16)), "`sigmas`: 16 values; accepted: 17"),
            (wrong(|f| f.sigmas[0] = 0.0), "`sigmas`: 0"),
            (wrong(|f| f.skeleton[0].1 = 17), "`skeleton`: joint 17; accepted: 0 to 16"),
            (wrong(|f| f.flip_pairs[0] = (3, 2)), "`flip_pairs`: a joint occurs twice"),
        ] {
            assert!(message.starts_with("own.ron") && message.contains(part), "{message}");
        }
        let unknown = KeypointFacts::parse("(nmae: \"x\")", Path::new("own.ron"));
        assert!(unknown.unwrap_err().to_string().contains("nmae"));
    }
}
