//! Missing joints: the pixel with the largest `heatmap - round(distance to the person's tag)`.
//!
//! The reference looks at every pixel for every joint of every person, which takes seconds. The
//! same pixel is found by branch and bound: a tile whose maximum, less the least distance its
//! tags can have, is below the best pixel so far holds no better one. Bounds are computed by the
//! same monotone float operations as values, hence the result is exact, ties included.

use super::adjust::centre;
use super::maps::SceneMaps;
use super::pose::GroupedPose;
use super::tiles::{COLUMNS, HeatTiles};
use crate::error::Result;

/// Fills the joints that a pose lacks where the heatmap at the found pixel is positive.
pub(super) fn refine(
    poses: &mut [GroupedPose],
    scene: &SceneMaps<'_>,
    tiles: &[HeatTiles],
) -> Result<()> {
    match scene.channels() {
        1 => refine_with::<1>(poses, scene, tiles),
        _ => refine_with::<2>(poses, scene, tiles),
    }
}

fn refine_with<const C: usize>(
    poses: &mut [GroupedPose],
    scene: &SceneMaps<'_>,
    tiles: &[HeatTiles],
) -> Result<()> {
    let means: Vec<[f32; C]> = poses.iter().map(mean_tags).collect();
    for (joint, tiles) in tiles.iter().enumerate() {
        let mut search = None;
        for (pose, &tags) in poses.iter_mut().zip(&means) {
            if pose.has(joint) {
                continue;
            }
            let search = search.get_or_insert_with(|| Search::new(scene, joint, tiles));
            let pixel = search.best(tags)?;
            let score = scene.heatmap(joint)[pixel];
            if score > 0.0 {
                let [x, y] = centre(scene, joint, [pixel % scene.width(), pixel / scene.width()]);
                pose.joints[joint] = [x, y, score];
            }
        }
    }
    Ok(())
}

/// Mean tags of the joints that have a peak.
fn mean_tags<const C: usize>(pose: &GroupedPose) -> [f32; C] {
    let (tags, _) = pose.tags.as_chunks::<C>();
    let mut mean = [0.0; C];
    let mut count = 0;
    for (_, tags) in tags.iter().enumerate().filter(|(joint, _)| pose.has(*joint)) {
        mean.iter_mut().zip(tags).for_each(|(sum, tag)| *sum += tag);
        count += 1;
    }
    mean.map(|sum| sum / count as f32)
}

/// A joint's maps, made ready for several people.
struct Search<'a, const C: usize> {
    scene: &'a SceneMaps<'a>,
    joint: usize,
    heatmap: &'a [f32],
    /// `[height * width]` tags of each channel.
    tags: &'a [[f32; C]],
    tiles: &'a HeatTiles,
    /// Tiles, that with the largest maximum first.
    order: Vec<u32>,
    /// Range of each tile's tags, once it was looked at.
    ranges: Vec<Option<TagRange<C>>>,
}

/// Lowest and highest tags by channel.
type TagRange<const C: usize> = [[f32; C]; 2];

/// The best pixel so far.
struct Best {
    value: f32,
    pixel: usize,
}

impl<'a, const C: usize> Search<'a, C> {
    fn new(scene: &'a SceneMaps<'a>, joint: usize, tiles: &'a HeatTiles) -> Self {
        let mut order: Vec<u32> = (0..tiles.maxima.len() as u32).collect();
        let maximum = |tile: &u32| tiles.maxima[*tile as usize];
        order.sort_unstable_by(|a, b| maximum(b).total_cmp(&maximum(a)));
        let (tags, _) = scene.tag_map(joint).as_chunks::<C>();
        let ranges = vec![None; order.len()];
        Self { scene, joint, heatmap: scene.heatmap(joint), tags, tiles, order, ranges }
    }

    /// The pixel that fits a person's tags best; of equal ones the first in the map.
    fn best(&mut self, person: [f32; C]) -> Result<usize> {
        let mut best = Best { value: f32::NEG_INFINITY, pixel: usize::MAX };
        for index in 0..self.order.len() {
            let tile = self.order[index] as usize;
            let maximum = self.tiles.maxima[tile];
            if maximum < best.value {
                break;
            }
            let range = self.range(tile)?;
            if maximum - round(least_distance(range, person)) >= best.value {
                self.look(tile, person, &mut best);
            }
        }
        Ok(best.pixel)
    }

    fn range(&mut self, tile: usize) -> Result<TagRange<C>> {
        if let Some(range) = self.ranges[tile] {
            return Ok(range);
        }
        let (rows, columns) = self.tiles.pixels(tile);
        let mut extremes = Extremes::default();
        for y in rows {
            let start = y * self.scene.width() + columns.start;
            extremes.add(self.tags[start..][..columns.len()].as_flattened());
        }
        if !extremes.are_finite() {
            self.check(tile)?;
        }
        Ok(*self.ranges[tile].insert(extremes.by_channel()))
    }

    /// Names the pixel of a tile whose tags are no numbers.
    fn check(&self, tile: usize) -> Result<()> {
        let (rows, columns) = self.tiles.pixels(tile);
        let mut pixels = rows.flat_map(|y| columns.clone().map(move |x| (y, x)));
        pixels.try_for_each(|(y, x)| {
            self.scene.tags_at(self.joint, y * self.scene.width() + x).map(drop)
        })
    }

    fn look(&self, tile: usize, person: [f32; C], best: &mut Best) {
        let (rows, columns) = self.tiles.pixels(tile);
        for y in rows {
            let start = y * self.scene.width() + columns.start;
            let heat = &self.heatmap[start..][..columns.len()];
            let tags = &self.tags[start..][..columns.len()];
            let mut values = [f32::NEG_INFINITY; COLUMNS];
            for ((value, heat), tags) in values.iter_mut().zip(heat).zip(tags) {
                *value = heat - round(distance(*tags, person));
            }
            let highest = highest(&values);
            if highest < best.value || highest == f32::NEG_INFINITY {
                continue;
            }
            let found = values.iter().position(|&value| value >= highest);
            let pixel = start + found.expect("the highest is one of them");
            if highest > best.value || pixel < best.pixel {
                *best = Best { value: highest, pixel };
            }
        }
    }
}

/// Values that are compared at once; a multiple of the channels.
const LANES: usize = 8;

/// Lowest and highest values, eight apart each: what is compared at once is not compared in turn.
struct Extremes {
    low: [f32; LANES],
    high: [f32; LANES],
    /// Stays 0 unless a value is NaN or infinite.
    zero: [f32; LANES],
}

impl Default for Extremes {
    fn default() -> Self {
        Self { low: [f32::INFINITY; LANES], high: [f32::NEG_INFINITY; LANES], zero: [0.0; LANES] }
    }
}

impl Extremes {
    fn add(&mut self, values: &[f32]) {
        let (chunks, rest) = values.as_chunks::<LANES>();
        for chunk in chunks {
            for (lane, &value) in chunk.iter().enumerate() {
                self.take(lane, value);
            }
        }
        for (lane, &value) in rest.iter().enumerate() {
            self.take(lane, value);
        }
    }

    #[inline]
    fn take(&mut self, lane: usize, value: f32) {
        self.low[lane] = if value < self.low[lane] { value } else { self.low[lane] };
        self.high[lane] = if value > self.high[lane] { value } else { self.high[lane] };
        self.zero[lane] += value * 0.0;
    }

    fn are_finite(&self) -> bool {
        self.zero.iter().all(|zero| !zero.is_nan())
    }

    /// Of values that alternate between the channels.
    fn by_channel<const C: usize>(&self) -> TagRange<C> {
        let fold = |lanes: &[f32; LANES], pick: fn(f32, f32) -> f32| {
            std::array::from_fn(|channel| {
                let own = lanes.iter().skip(channel).step_by(C).copied();
                own.reduce(pick).expect("every channel has a lane")
            })
        };
        [fold(&self.low, f32::min), fold(&self.high, f32::max)]
    }
}

/// The largest of a row of values.
fn highest(values: &[f32; COLUMNS]) -> f32 {
    let mut high = [f32::NEG_INFINITY; LANES];
    for chunk in values.as_chunks::<LANES>().0 {
        for lane in 0..LANES {
            high[lane] = if chunk[lane] > high[lane] { chunk[lane] } else { high[lane] };
        }
    }
    high.into_iter().fold(f32::NEG_INFINITY, f32::max)
}

fn distance<const C: usize>(tags: [f32; C], person: [f32; C]) -> f32 {
    length::<C>(std::array::from_fn(|channel| tags[channel] - person[channel]))
}

/// A lower bound of [`distance`] for all tags within a range.
fn least_distance<const C: usize>([low, high]: TagRange<C>, person: [f32; C]) -> f32 {
    length::<C>(std::array::from_fn(|channel| {
        let (below, above) = (low[channel] - person[channel], person[channel] - high[channel]);
        below.max(above).max(0.0)
    }))
}

fn length<const C: usize>(difference: [f32; C]) -> f32 {
    difference.iter().map(|d| d * d).sum::<f32>().sqrt()
}

/// Rounds a non-negative number, ties to even. Adding and taking away 2^23 leaves no fraction;
/// unlike the instruction for it, this runs several at a time on every processor.
fn round(value: f32) -> f32 {
    const WHOLE: f32 = (1 << 23) as f32;
    if value < WHOLE { (value + WHOLE) - WHOLE } else { value }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn rounds_to_even() {
        for value in [0.0, 0.5, 0.500_001, 1.5, 2.5, 3.499, 8_388_607.5, 1e9, f32::INFINITY] {
            assert_eq!(round(value).to_bits(), value.round_ties_even().to_bits(), "{value}");
        }
    }

    /// What the reference does.
    fn every_pixel(heat: &[f32], tags: &[f32], person: [f32; 2]) -> usize {
        let value =
            |p: usize| heat[p] - distance([tags[2 * p], tags[2 * p + 1]], person).round_ties_even();
        (1..heat.len()).fold(0, |best, p| if value(p) > value(best) { p } else { best })
    }

    proptest! {
        #[test]
        fn bounds_change_nothing(
            (height, width, heat, tags) in (1usize..40, 1usize..70).prop_flat_map(|(h, w)| (
                Just(h),
                Just(w),
                prop::collection::vec(0u8..9, h * w),
                prop::collection::vec(-40i8..40, 2 * h * w),
            )),
            person in [-9f32..9.0, -9f32..9.0],
        ) {
            let heat: Vec<f32> = heat.into_iter().map(|v| f32::from(v) / 8.0).collect();
            let tags: Vec<f32> = tags.into_iter().map(|v| f32::from(v) / 4.0).collect();
            let scene = SceneMaps::new(&heat, &tags, [1, height, width]).unwrap();
            let tiles = HeatTiles::new(&scene, 0).unwrap();
            let found = Search::<2>::new(&scene, 0, &tiles).best(person).unwrap();
            prop_assert_eq!(found, every_pixel(&heat, &tags, person));
        }
    }
}
