//! Affine maps between a picture and a person's crop.
//!
//! Source: the top-down pipeline of the HRNet reference. The map is fixed by three point pairs
//! (centre; centre plus half a width upwards, rotated; the perpendicular third), kept in `f32`
//! as there; only the width sets the scale and pixel centres are not shifted by a half.

use scalenas_base::Size;

/// Pixels per unit of a crop's scale.
pub const PIXELS_PER_SCALE: f32 = 200.0;

/// `[x', y'] = M · [x, y, 1]`, rows of `M`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Affine(pub [[f64; 3]; 2]);

/// Direction of the map between a picture and a crop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// From the picture to the crop.
    Forward,
    /// From the crop to the picture.
    Inverse,
}

/// The map between a picture and the crop of `output` pixels around `center` (picture pixels);
/// `scale` is `[width, height]` in units of 200 picture pixels, `rotation` in degrees.
pub fn crop_affine(
    center: [f32; 2],
    scale: [f32; 2],
    rotation: f64,
    output: Size,
    direction: Direction,
) -> Affine {
    let (sin, cos) = rotation.to_radians().sin_cos();
    let up = -0.5 * f64::from(scale[0] * PIXELS_PER_SCALE);
    let picture = triangle(
        center,
        [(f64::from(center[0]) - up * sin) as f32, (f64::from(center[1]) + up * cos) as f32],
    );
    let middle = [output.width as f32 * 0.5, output.height as f32 * 0.5];
    let crop = triangle(middle, [middle[0], middle[1] - output.width as f32 * 0.5]);
    match direction {
        Direction::Forward => Affine::between(&picture, &crop),
        Direction::Inverse => Affine::between(&crop, &picture),
    }
}

impl Affine {
    /// The image of a point `[x, y]`.
    #[inline]
    pub fn apply(&self, point: [f64; 2]) -> [f64; 2] {
        self.0.map(|row| row[0] * point[0] + row[1] * point[1] + row[2])
    }

    /// The inverse map. A singular map has none: its inverse is zero, as in `OpenCV`.
    #[must_use]
    pub fn inverse(&self) -> Self {
        let [[a, b, tx], [c, d, ty]] = self.0;
        let determinant = a * d - b * c;
        let factor = if determinant == 0.0 { 0.0 } else { 1.0 / determinant };
        let (ia, ib, ic, id) = (d * factor, -b * factor, -c * factor, a * factor);
        Self([[ia, ib, -ia * tx - ib * ty], [ic, id, -ic * tx - id * ty]])
    }

    /// The map that takes each point of `from` to that of `to`.
    fn between(from: &Triangle, to: &Triangle) -> Self {
        let [p0, p1, p2] = from.map(|p| p.map(f64::from));
        let [q0, q1, q2] = to.map(|p| p.map(f64::from));
        let (ux, uy) = (p1[0] - p0[0], p1[1] - p0[1]);
        let (vx, vy) = (p2[0] - p0[0], p2[1] - p0[1]);
        let determinant = ux * vy - vx * uy;
        let row = |axis: usize| {
            let (u, v) = (q1[axis] - q0[axis], q2[axis] - q0[axis]);
            let x = (u * vy - v * uy) / determinant;
            let y = (v * ux - u * vx) / determinant;
            [x, y, q0[axis] - x * p0[0] - y * p0[1]]
        };
        Self([row(0), row(1)])
    }
}

type Triangle = [[f32; 2]; 3];

/// Two points and the one that makes a right angle at the second.
fn triangle(a: [f32; 2], b: [f32; 2]) -> Triangle {
    [a, b, [b[0] - (a[1] - b[1]), b[1] + (a[0] - b[0])]]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forward_and_inverse_undo_each_other() {
        let (center, scale) = ([120.5, 88.25], [0.8, 1.1]);
        let there = crop_affine(center, scale, 33.0, Size::new(128, 96), Direction::Forward);
        let back = crop_affine(center, scale, 33.0, Size::new(128, 96), Direction::Inverse);
        for map in [back, there.inverse()] {
            let point = map.apply(there.apply([17.0, 140.0]));
            assert!((point[0] - 17.0).abs() < 1e-3 && (point[1] - 140.0).abs() < 1e-3);
        }
    }

    #[test]
    fn centre_goes_to_the_middle() {
        let map =
            crop_affine([50.0, 60.0], [1.0, 1.5], -20.0, Size::new(64, 48), Direction::Forward);
        let [x, y] = map.apply([50.0, 60.0]);
        assert!((x - 24.0).abs() < 1e-9 && (y - 32.0).abs() < 1e-9);
    }
}
