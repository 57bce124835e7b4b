//! Missing joints: the pixel with the largest `heatmap - round(distance to the person's tag)`.
//!
//! The reference visits every pixel for every joint of every person, which takes seconds. The
//! same pixel is found by branch and bound: a cell whose highest heat, less the least distance its
//! tags can have, is below the best pixel so far holds no better one. Bounds are computed by the
//! same monotone float operations as values, hence the result is exact, ties included.

use super::adjust::centre;
use super::cells::{Extremes, SIDE};
use super::maps::{HeatBounds, PredictedMaps};
use super::pose::GroupedPose;
use crate::error::Result;

/// Fills the joints that a pose lacks where the heatmap at the found pixel is positive.
pub(super) fn refine(
    poses: &mut [GroupedPose],
    scene: &PredictedMaps<'_>,
    heat: &[HeatBounds],
) -> Result<()> {
    match scene.channels() {
        1 => refine_with::<1>(poses, scene, heat),
        _ => refine_with::<2>(poses, scene, heat),
    }
}

fn refine_with<const C: usize>(
    poses: &mut [GroupedPose],
    scene: &PredictedMaps<'_>,
    heat: &[HeatBounds],
) -> Result<()> {
    let means: Vec<[f32; C]> = poses.iter().map(mean_tags).collect();
    for (joint, heat) in heat.iter().enumerate() {
        if poses.iter().all(|pose| pose.has(joint)) {
            continue;
        }
        let mut search = Search::new(scene, joint, heat)?;
        for (pose, &tags) in poses.iter_mut().zip(&means).filter(|(pose, _)| !pose.has(joint)) {
            let pixel = search.best(tags);
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

/// Search for a joint in its maps, for several people.
struct Search<'a, const C: usize> {
    scene: &'a PredictedMaps<'a>,
    heatmap: &'a [f32],
    /// `[height * width]` tags of each channel.
    tags: &'a [[f32; C]],
    /// The highest heat of each cell.
    heat: &'a [f32],
    /// Minimum and maximum tags of each cell.
    range: Extremes<C>,
    /// Upper bound of each cell's value for the current person.
    bounds: Vec<f32>,
}

/// The best pixel so far.
struct Best {
    value: f32,
    pixel: usize,
}

impl<'a, const C: usize> Search<'a, C> {
    fn new(scene: &'a PredictedMaps<'a>, joint: usize, heat: &'a [f32]) -> Result<Self> {
        let (tags, _) = scene.tag_map(joint).as_chunks::<C>();
        let range = scene.tag_bounds(joint)?;
        let bounds = vec![0.0; heat.len()];
        Ok(Self { scene, heatmap: scene.heatmap(joint), tags, heat, range, bounds })
    }

    /// The pixel that fits a person's tags best; of equal pixels the first in the map.
    fn best(&mut self, person: [f32; C]) -> usize {
        self.bound(person);
        let mut best = Best { value: f32::NEG_INFINITY, pixel: 0 };
        let top = highest(&self.bounds);
        let likely = self.bounds.iter().position(|&bound| bound >= top);
        self.look(likely.unwrap_or(0), person, &mut best);
        for (chunk, bounds) in self.bounds.chunks(LANES).enumerate() {
            if highest(bounds) < best.value {
                continue;
            }
            for (cell, &bound) in bounds.iter().enumerate() {
                if bound >= best.value {
                    self.look(chunk * LANES + cell, person, &mut best);
                }
            }
        }
        best.pixel
    }

    fn bound(&mut self, person: [f32; C]) {
        let cells = self.bounds.len();
        let heat = &self.heat[..cells];
        let low: [&[f32]; C] = std::array::from_fn(|channel| &self.range.low[channel][..cells]);
        let high: [&[f32]; C] = std::array::from_fn(|channel| &self.range.high[channel][..cells]);
        for cell in 0..cells {
            let outside = std::array::from_fn(|channel| {
                outside(low[channel][cell], high[channel][cell], person[channel])
            });
            self.bounds[cell] = heat[cell] - round(length::<C>(outside));
        }
    }

    fn look(&self, cell: usize, person: [f32; C], best: &mut Best) {
        let (rows, columns) = self.scene.grid().pixels(cell);
        for y in rows {
            let start = y * self.scene.width() + columns.start;
            let heat = &self.heatmap[start..][..columns.len()];
            let tags = &self.tags[start..][..columns.len()];
            let mut values = [f32::NEG_INFINITY; SIDE];
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

/// Number of values compared at a time.
const LANES: usize = 8;

/// The largest of some values.
fn highest(values: &[f32]) -> f32 {
    let larger = |a: f32, b: f32| if b > a { b } else { a };
    let mut high = [f32::NEG_INFINITY; LANES];
    let (chunks, rest) = values.as_chunks::<LANES>();
    for chunk in chunks {
        high.iter_mut().zip(chunk).for_each(|(high, &value)| *high = larger(*high, value));
    }
    high.into_iter().chain(rest.iter().copied()).fold(f32::NEG_INFINITY, larger)
}

fn distance<const C: usize>(tags: [f32; C], person: [f32; C]) -> f32 {
    length::<C>(std::array::from_fn(|channel| tags[channel] - person[channel]))
}

/// Distance of a value to a range: a lower bound of its difference to all values within.
fn outside(low: f32, high: f32, value: f32) -> f32 {
    let (below, above) = (low - value, value - high);
    let outside = if below > above { below } else { above };
    if outside > 0.0 { outside } else { 0.0 }
}

fn length<const C: usize>(difference: [f32; C]) -> f32 {
    if C == 1 {
        return difference[0].abs();
    }
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

    /// The search of the reference.
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
            let scene = PredictedMaps::new(&heat, &tags, [1, height, width]).unwrap();
            let heat_bounds = scene.heat_bounds(0).unwrap();
            let found = Search::<2>::new(&scene, 0, &heat_bounds).unwrap().best(person);
            prop_assert_eq!(found, every_pixel(&heat, &tags, person));
        }
    }
}
