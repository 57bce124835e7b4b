//! Batches of crops with their heatmaps and people.

use scalenas_base::Size;

use super::people::PersonBox;
use crate::loader::Samples;

/// Crops of people and their targets.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TopDownBatch {
    /// `[batch, height, width, 3]`, RGB.
    pub images: Vec<u8>,
    /// Target heatmaps, `[batch, joints, height, width]` with the size of a heatmap.
    pub heatmaps: Vec<f32>,
    /// Weight of each heatmap, `[batch, joints]`: 0 where the joint is not labelled.
    pub weights: Vec<f32>,
    /// The people, with their boxes before augmentation.
    pub people: Vec<PersonBox>,
    /// Number of people; fewer than requested at an epoch's end and after skipped pictures.
    pub batch: usize,
    /// Size of a crop.
    pub size: Size,
    /// Joints per person.
    pub joints: usize,
    /// Size of a heatmap.
    pub heatmap: Size,
}

impl TopDownBatch {
    /// Keeps the people whose slot is filled, in their order.
    pub(crate) fn keep(&mut self, filled: &[bool]) {
        if filled.iter().all(|&f| f) {
            return;
        }
        let slots: Vec<usize> = (0..self.batch).filter(|&slot| filled[slot]).collect();
        self.images = pick(&self.images, self.size.pixels() * 3, &slots);
        let values = self.joints * self.heatmap.pixels();
        self.heatmaps = pick(&self.heatmaps, values, &slots);
        self.weights = pick(&self.weights, self.joints, &slots);
        self.people = slots.iter().map(|&slot| self.people[slot].clone()).collect();
        self.batch = slots.len();
    }
}

impl Samples for TopDownBatch {
    fn samples(&self) -> usize {
        self.batch
    }
}

fn pick<T: Copy>(values: &[T], size: usize, slots: &[usize]) -> Vec<T> {
    slots.iter().flat_map(|slot| &values[slot * size..][..size]).copied().collect()
}
