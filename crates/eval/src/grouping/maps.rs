//! Predictions for a whole picture: a heatmap and a tag map per joint.

use super::cells::{Extremes, Grid};
use crate::error::{Error, Result};

/// Maximum number of tag channels: the plain pass and the mirrored one.
const MAX_CHANNELS: usize = 2;

/// Heatmaps and tags of one picture, all of the same size.
#[derive(Debug, Clone, Copy)]
pub struct PredictedMaps<'a> {
    heatmaps: &'a [f32],
    tags: &'a [f32],
    joints: usize,
    height: usize,
    width: usize,
    channels: usize,
}

/// The highest value of each cell of a heatmap.
pub(super) type HeatBounds = Vec<f32>;

impl<'a> PredictedMaps<'a> {
    /// `heatmaps` is `[joints, height, width]`, `tags` is `[joints, height, width, channels]`
    /// with one channel, or two where the mirrored picture was predicted as well.
    ///
    /// # Errors
    /// When a size is 0, the channels are not 1 or 2, or a length is not the product of its sizes.
    pub fn new(
        heatmaps: &'a [f32],
        tags: &'a [f32],
        [joints, height, width]: [usize; 3],
    ) -> Result<Self> {
        let error = |what, found, accepted| Err(Error::Maps { what, found, accepted });
        let count = joints * height * width;
        if count == 0 {
            let found = format!("{joints}x{height}x{width}");
            return error("joints x height x width", found, "at least 1 each");
        }
        if heatmaps.len() != count {
            let found = format!("{} values for {joints}x{height}x{width}", heatmaps.len());
            return error("heatmaps", found, "one value a joint and pixel");
        }
        let channels = tags.len() / count;
        if !(1..=MAX_CHANNELS).contains(&channels) || tags.len() != count * channels {
            let found = format!("{} values for {joints}x{height}x{width}", tags.len());
            return error("tags", found, "one or two values a joint and pixel");
        }
        Ok(Self { heatmaps, tags, joints, height, width, channels })
    }

    /// Joints per person.
    pub fn joints(&self) -> usize {
        self.joints
    }

    /// Rows.
    pub fn height(&self) -> usize {
        self.height
    }

    /// Columns.
    pub fn width(&self) -> usize {
        self.width
    }

    /// Tags per pixel.
    pub fn channels(&self) -> usize {
        self.channels
    }

    /// A joint's heatmap, `[height, width]`.
    pub(super) fn heatmap(&self, joint: usize) -> &'a [f32] {
        let pixels = self.height * self.width;
        &self.heatmaps[joint * pixels..][..pixels]
    }

    /// Division of each map into cells.
    pub(super) fn grid(&self) -> Grid {
        Grid { height: self.height, width: self.width }
    }

    /// The highest value of each cell of a joint's heatmap; an error where one is no number.
    pub(super) fn heat_bounds(&self, joint: usize) -> Result<HeatBounds> {
        let map = self.heatmap(joint);
        let extremes = Extremes::<1>::of(map, self.grid());
        if !extremes.finite
            && let Some(pixel) = map.iter().position(|value| !value.is_finite())
        {
            return Err(self.not_finite("heatmaps", joint, pixel));
        }
        let [high] = extremes.high;
        Ok(high)
    }

    /// Lowest and highest tags of each cell; an error where one is no number.
    pub(super) fn tag_bounds<const C: usize>(&self, joint: usize) -> Result<Extremes<C>> {
        let map = self.tag_map(joint);
        let extremes = Extremes::of(map, self.grid());
        if !extremes.finite
            && let Some(value) = map.iter().position(|value| !value.is_finite())
        {
            return Err(self.not_finite("tags", joint, value / self.channels));
        }
        Ok(extremes)
    }

    /// A joint's tags, `[height, width, channels]`.
    pub(super) fn tag_map(&self, joint: usize) -> &'a [f32] {
        let values = self.height * self.width * self.channels;
        &self.tags[joint * values..][..values]
    }

    /// The tags of a joint at a pixel; an error where one is no number.
    pub(super) fn tags_at(&self, joint: usize, pixel: usize) -> Result<&'a [f32]> {
        let tags = &self.tag_map(joint)[pixel * self.channels..][..self.channels];
        if tags.iter().all(|tag| tag.is_finite()) {
            return Ok(tags);
        }
        Err(self.not_finite("tags", joint, pixel))
    }

    /// The error that names a pixel.
    pub(super) fn not_finite(&self, map: &'static str, joint: usize, pixel: usize) -> Error {
        Error::MapValue { map, joint, x: pixel % self.width, y: pixel / self.width }
    }
}
