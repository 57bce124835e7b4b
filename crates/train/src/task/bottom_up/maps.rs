//! Heatmaps and tags of one picture, averaged over resolutions, mirrored views and scales.
//!
//! Source: HigherHRNet reference. Both resolutions of heatmaps are averaged, the mirrored view and
//! all scales too; tags come from scale 1, those of the mirrored view beside those of the plain one.

use burn::tensor::Tensor;
use burn::tensor::backend::Backend;
use scalenas_data::Direction;
use scalenas_data::bottom_up::SceneView;
use scalenas_eval::grouping::{GroupedPose, Grouping, PredictedMaps};
use scalenas_kernels::KernelBackend;
use scalenas_kernels::ops::upsample;
use scalenas_model::Prediction;

use crate::error::Result;
use crate::score::flip::COLUMNS;
use crate::score::network::values;

/// Heatmaps and tags at the finer resolution of a prediction.
pub(super) struct Maps<B: Backend> {
    /// `[1, joints, height, width]`.
    pub heatmaps: Tensor<B, 4>,
    /// One or two of the same shape.
    pub tags: Vec<Tensor<B, 4>>,
}

impl<B: KernelBackend> Maps<B> {
    /// Averages both resolutions at the finer one.
    pub fn new(prediction: Prediction<B>) -> Self {
        let Prediction { coarse, fine } = prediction;
        let joints = coarse.dims()[1] / 2;
        let (heatmaps, tags) =
            (coarse.clone().narrow(1, 0, joints), coarse.narrow(1, joints, joints));
        let heatmaps = match fine {
            Some(fine) => {
                let [_, _, height, width] = fine.dims();
                (upsample(heatmaps, [height, width]) + fine) * 0.5
            }
            None => heatmaps,
        };
        let [_, _, height, width] = heatmaps.dims();
        // The reference takes tags over the finer resolution as well.
        Self { heatmaps, tags: vec![upsample(tags, [height, width])] }
    }

    /// Maps of a mirrored picture, mirrored back.
    pub fn turned(self, mirrored: &[usize]) -> Self {
        let turn = |maps: Tensor<B, 4>| {
            let order: Vec<i32> = mirrored.iter().map(|&joint| joint as i32).collect();
            let order = Tensor::from_ints(order.as_slice(), &maps.device());
            maps.flip([COLUMNS]).select(1, order)
        };
        Self { heatmaps: turn(self.heatmaps), tags: self.tags.into_iter().map(turn).collect() }
    }
}

/// Sum of the predictions at all scales, at the size of the view of scale 1.
pub(super) struct ScaleSum<B: Backend> {
    heatmaps: Option<Tensor<B, 4>>,
    tags: Vec<Tensor<B, 4>>,
}

impl<B: KernelBackend> Default for ScaleSum<B> {
    fn default() -> Self {
        Self { heatmaps: None, tags: Vec::new() }
    }
}

impl<B: KernelBackend> ScaleSum<B> {
    /// Adds heatmaps of one scale.
    pub fn add(&mut self, heatmaps: Tensor<B, 4>, base: &SceneView) {
        let heatmaps = upsample(heatmaps, [base.size.height, base.size.width]);
        self.heatmaps = Some(match self.heatmaps.take() {
            Some(sum) => sum + heatmaps,
            None => heatmaps,
        });
    }

    /// Takes the tags of scale 1.
    pub fn set_tags(&mut self, tags: Vec<Tensor<B, 4>>, base: &SceneView) {
        let size = [base.size.height, base.size.width];
        self.tags = tags.into_iter().map(|tags| upsample(tags, size)).collect();
    }

    /// Groups the joints of the mean over `scales` into people, in pixels of the picture.
    pub fn group(self, scales: usize, base: &SceneView) -> Result<Vec<GroupedPose>> {
        let Some(sum) = self.heatmaps else { return Ok(Vec::new()) };
        let heatmaps = sum / scales as f64;
        let [_, joints, height, width] = heatmaps.dims();
        let heatmaps = values(heatmaps)?;
        let tags = interleaved(self.tags.into_iter().map(values).collect::<Result<_>>()?);
        let maps = PredictedMaps::new(&heatmaps, &tags, [joints, height, width])?;
        let mut people = Grouping::for_joints(joints).group(&maps)?;
        let back = base.affine(Direction::Inverse);
        for joint in people.iter_mut().flat_map(|person| &mut person.joints) {
            let [x, y] = back.apply([f64::from(joint[0]), f64::from(joint[1])]);
            (joint[0], joint[1]) = (x as f32, y as f32);
        }
        Ok(people)
    }
}

/// Interleaves the values of several maps, `[joints, height, width, maps]`.
fn interleaved(maps: Vec<Vec<f32>>) -> Vec<f32> {
    let count = maps.len();
    let mut values = vec![0.0; maps.iter().map(Vec::len).sum()];
    for (index, map) in maps.iter().enumerate() {
        for (value, own) in values[index..].iter_mut().step_by(count).zip(map) {
            *value = *own;
        }
    }
    values
}
