//! Joints that a file is checked against.

use std::fmt;

/// Joints that every annotation or result must have, and where they come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum JointSet {
    /// The facts of a data set.
    Dataset {
        /// Name of the data set.
        name: String,
        /// Names of the joints, in their order.
        joints: Vec<String>,
        /// Category of their owners by name or id; found by itself where there is none.
        category: Option<String>,
    },
    /// The sigmas of a metric, one per joint.
    Sigmas {
        /// Number of sigmas.
        joints: usize,
    },
}

impl JointSet {
    /// Number of joints.
    pub fn joints(&self) -> usize {
        match self {
            Self::Dataset { joints, .. } => joints.len(),
            Self::Sigmas { joints } => *joints,
        }
    }

    /// Category of the owners of the joints, by name or id.
    pub(crate) fn category(&self) -> Option<&str> {
        match self {
            Self::Dataset { category, .. } => category.as_deref(),
            Self::Sigmas { .. } => None,
        }
    }

    /// The first joint of a list of names that is another than expected, with the expected names, if
    /// the list has the same names in another order. Lists in other words cannot be compared.
    pub(crate) fn misplaced(&self, names: &[String]) -> Option<(usize, &[String])> {
        let Self::Dataset { joints, .. } = self else { return None };
        let (found, expected) = (words(names), words(joints));
        let sorted = |words: &[String]| {
            let mut words = words.to_vec();
            words.sort_unstable();
            words
        };
        if sorted(&found) != sorted(&expected) {
            return None;
        }
        let position = found.iter().zip(&expected).position(|(a, b)| a != b)?;
        Some((position, joints))
    }

    pub(crate) fn accepted(&self) -> &'static str {
        match self {
            Self::Dataset { .. } => {
                "the facts of the data set that the file belongs to (`facts`, --facts), which `check-data --write-facts FILE` guesses"
            }
            Self::Sigmas { .. } => "one joint set throughout (COCO has 17 joints, CrowdPose 14)",
        }
    }
}

/// Names without case and separators: `Left Shoulder` is `left_shoulder`.
fn words(names: &[String]) -> Vec<String> {
    let letters = |name: &String| name.chars().filter(|c| c.is_alphanumeric()).collect::<String>();
    names.iter().map(|name| letters(name).to_lowercase()).collect()
}

impl fmt::Display for JointSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Dataset { name, joints, .. } => {
                write!(f, "data set `{name}` has {}", joints.len())
            }
            Self::Sigmas { joints } => write!(f, "the sigmas have {joints}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_names_in_another_order_are_found() {
        let list = |names: [&str; 3]| names.map(str::to_owned).to_vec();
        let set = JointSet::Dataset {
            name: "own".into(),
            joints: list(["nose", "left_eye", "hip"]),
            category: None,
        };
        assert_eq!(set.misplaced(&list(["Nose", "left eye", "hip"])), None);
        assert_eq!(set.misplaced(&list(["nose", "hip", "left_eye"])).map(|(at, _)| at), Some(1));
        assert_eq!(set.misplaced(&list(["n", "le", "h"])), None, "other words");
    }
}
