//! Heatmaps of everybody in a picture, and the positions at which each person's tags are read.
//!
//! Source: the HigherHRNet reference. A joint's Gaussian (sigma 2) lies around the truncated
//! position; where people overlap the larger value counts.

use scalenas_base::Size;

/// Standard deviation of a joint's Gaussian, in pixels of the map.
const SIGMA: f64 = 2.0;
/// Pixels to each side that a Gaussian covers.
const RADIUS: i64 = 7;
/// Maximum number of people per picture that have tags.
const MAX_PEOPLE: usize = 30;

/// Targets of one picture at one resolution.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TargetMaps {
    /// `[joints, height, width]`.
    pub heatmaps: Vec<f32>,
    /// 1 where pixels count, 0 where they do not, `[height, width]`.
    pub mask: Vec<f32>,
}

/// Positions in `[joints, height, width]` of the tags of each person with a visible joint.
pub type TagPositions = Vec<Vec<usize>>;

/// Heatmaps `[joints, height, width]` of people whose joints are `[x, y, visible]` in pixels of the
/// map, and the positions of their tags.
pub fn encode(
    people: &[Vec<[f64; 3]>],
    joints: usize,
    size: impl Into<Size>,
) -> (Vec<f32>, TagPositions) {
    let Size { height, width } = size.into();
    let mut heatmaps = vec![0.0; joints * height * width];
    let mut tags = TagPositions::new();
    for (number, person) in people.iter().enumerate() {
        let mut positions = Vec::new();
        for (joint, &[x, y, visible]) in person.iter().enumerate().take(joints) {
            // Truncated toward zero, as the reference does.
            let (column, row) = (x as i64, y as i64);
            let inside = (0..width as i64).contains(&column) && (0..height as i64).contains(&row);
            if visible <= 0.0 || !inside {
                continue;
            }
            let map = &mut heatmaps[joint * height * width..][..height * width];
            splat(map, Size { height, width }, column, row);
            positions.push((joint * height + row as usize) * width + column as usize);
        }
        if !positions.is_empty() && number < MAX_PEOPLE {
            tags.push(positions);
        }
    }
    (heatmaps, tags)
}

fn splat(map: &mut [f32], Size { height, width }: Size, column: i64, row: i64) {
    let within = |center: i64, size: usize| {
        (center - RADIUS).max(0) as usize..(center + RADIUS + 1).min(size as i64) as usize
    };
    for y in within(row, height) {
        for x in within(column, width) {
            let (dx, dy) = ((x as i64 - column) as f64, (y as i64 - row) as f64);
            let value = (-(dx * dx + dy * dy) / (2.0 * SIGMA * SIGMA)).exp() as f32;
            let pixel = &mut map[y * width + x];
            *pixel = pixel.max(value);
        }
    }
}
