//! The flat list `[x, y, v, x, y, v, ..]` of `keypoints`.

use std::fmt;

use serde::de::{Deserialize, Deserializer, SeqAccess, Visitor};

use crate::{Error, Result};

/// Joints that most data sets stay below: room for a list of unknown length.
const USUAL_JOINTS: usize = 17;

/// Complete triples of a list, and how long the list is.
#[derive(Debug, Default)]
pub(crate) struct Triples {
    joints: Vec<[f64; 3]>,
    numbers: usize,
}

impl Triples {
    /// The triples, one per joint.
    ///
    /// # Errors
    /// When numbers are left over; `entry` names the annotation or result.
    pub fn complete(self, file: &str, entry: impl FnOnce() -> String) -> Result<Vec<[f64; 3]>> {
        if self.numbers == 3 * self.joints.len() {
            return Ok(self.joints);
        }
        Err(Error::BrokenTriples { file: file.into(), entry: entry(), found: self.numbers })
    }
}

impl<'de> Deserialize<'de> for Triples {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        deserializer.deserialize_seq(Flat)
    }
}

struct Flat;

impl<'de> Visitor<'de> for Flat {
    type Value = Triples;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("keypoints [x, y, visibility, ..]")
    }

    fn visit_seq<A: SeqAccess<'de>>(
        self,
        mut list: A,
    ) -> std::result::Result<Self::Value, A::Error> {
        let mut triples = Triples { joints: Vec::with_capacity(USUAL_JOINTS), numbers: 0 };
        let mut joint = [0.0; 3];
        while let Some(number) = list.next_element()? {
            joint[triples.numbers % 3] = number;
            triples.numbers += 1;
            if triples.numbers.is_multiple_of(3) {
                triples.joints.push(joint);
            }
        }
        Ok(triples)
    }
}
