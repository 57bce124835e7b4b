//! What a network is fed: crops, their heatmaps, and who they show.

use crate::PersonBox;
use crate::loader::Samples;

/// Crops of some people.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PoseBatch {
    /// `[batch, height, width, 3]`, RGB.
    pub images: Vec<u8>,
    /// Targets, `[batch, joints, heatmap_height, heatmap_width]`.
    pub heatmaps: Vec<f32>,
    /// Weight of each target, `[batch, joints]`: 0 where nothing is known.
    pub weights: Vec<f32>,
    /// The people, with their unvaried boxes.
    pub people: Vec<PersonBox>,
    /// People in this batch; fewer than asked for at an epoch's end and after skipped pictures.
    pub batch: usize,
    /// Rows of a crop.
    pub height: usize,
    /// Columns of a crop.
    pub width: usize,
    /// Joints of a person.
    pub joints: usize,
    /// Rows of a heatmap.
    pub heatmap_height: usize,
    /// Columns of a heatmap.
    pub heatmap_width: usize,
}

impl PoseBatch {
    /// Keeps the people whose slot is filled, in their order.
    pub(crate) fn keep(&mut self, filled: &[bool]) {
        if filled.iter().all(|&f| f) {
            return;
        }
        let slots: Vec<usize> = (0..self.batch).filter(|&slot| filled[slot]).collect();
        self.images = pick(&self.images, self.height * self.width * 3, &slots);
        let values = self.joints * self.heatmap_height * self.heatmap_width;
        self.heatmaps = pick(&self.heatmaps, values, &slots);
        self.weights = pick(&self.weights, self.joints, &slots);
        self.people = slots.iter().map(|&slot| self.people[slot].clone()).collect();
        self.batch = slots.len();
    }
}

impl Samples for PoseBatch {
    fn samples(&self) -> usize {
        self.batch
    }
}

fn pick<T: Copy>(values: &[T], size: usize, slots: &[usize]) -> Vec<T> {
    slots.iter().flat_map(|slot| &values[slot * size..][..size]).copied().collect()
}
