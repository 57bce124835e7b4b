//! Per-joint sigmas: standard deviation of annotations, as a share of a person's size.
//!
//! Source: the COCO keypoint evaluator and the `CrowdPose` evaluator, which both list ten times the
//! value. Dividing here too keeps every bit equal to theirs.

use scalenas_coco::JointSet;

use crate::error::{Error, Result};

/// Ten times the sigmas of the 17 COCO joints (nose, eyes, ears, shoulders … ankles).
const COCO_TENFOLD: [f64; 17] = [
    0.26, 0.25, 0.25, 0.35, 0.35, 0.79, 0.79, 0.72, 0.72, 0.62, 0.62, 1.07, 1.07, 0.87, 0.87, 0.89,
    0.89,
];

/// Ten times the sigmas of the 14 CrowdPose joints (shoulders … ankles, head, neck).
const CROWDPOSE_TENFOLD: [f64; 14] =
    [0.79, 0.79, 0.72, 0.72, 0.62, 0.62, 1.07, 1.07, 0.87, 0.87, 0.89, 0.89, 0.79, 0.79];

/// One sigma per joint, in the joint order of the data set. All are positive and finite.
#[derive(Debug, Clone, PartialEq)]
pub struct Sigmas {
    values: Vec<f64>,
    /// Joints of annotations and results.
    joints: JointSet,
}

impl Sigmas {
    /// Sigmas of any joint set.
    pub fn new(values: Vec<f64>) -> Result<Self> {
        let wrong = values.iter().position(|sigma| !(sigma.is_finite() && *sigma > 0.0));
        match wrong {
            Some(index) => Err(Error::Sigma { index, value: values[index] }),
            None => Ok(Self::of(values)),
        }
    }

    /// The 17 joints of COCO.
    pub fn coco() -> Self {
        Self::of(COCO_TENFOLD.iter().map(|tenfold| tenfold / 10.0).collect())
    }

    /// The 14 joints of `CrowdPose`.
    pub fn crowdpose() -> Self {
        Self::of(CROWDPOSE_TENFOLD.iter().map(|tenfold| tenfold / 10.0).collect())
    }

    fn of(values: Vec<f64>) -> Self {
        let joints = JointSet::Sigmas { joints: values.len() };
        Self { values, joints }
    }

    /// The sigmas with the joints that annotation files must have, in their order.
    #[must_use]
    pub fn with_joints(self, joints: JointSet) -> Self {
        Self { joints, ..self }
    }

    /// Number of joints.
    pub fn joints(&self) -> usize {
        self.values.len()
    }

    /// The values, one per joint.
    pub fn values(&self) -> &[f64] {
        &self.values
    }

    pub(crate) fn joint_set(&self) -> &JointSet {
        &self.joints
    }

    /// `(2σ)²` per joint: the variances in the exponent of OKS.
    pub(crate) fn variances(&self) -> Vec<f64> {
        self.values.iter().map(|sigma| (2.0 * sigma).powi(2)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_published_sets_have_their_sizes() {
        assert_eq!(Sigmas::coco().joints(), 17);
        assert_eq!(Sigmas::crowdpose().joints(), 14);
    }

    #[test]
    fn sigmas_that_divide_by_zero_are_refused() {
        for value in [0.0, -0.1, f64::NAN, f64::INFINITY] {
            let error = Sigmas::new(vec![0.1, value]).unwrap_err().to_string();
            assert!(error.contains("sigma 1") && error.contains(&value.to_string()), "{error}");
        }
    }
}
