//! Projection of a street into the picture. Metres: `x` to the right, `y` up from the road,
//! `z` ahead; pixels: columns and rows.

/// Height of the camera above the road, in metres.
const HEIGHT: f32 = 1.4;
/// Focal length in widths of the picture.
const FOCAL: f32 = 0.95;

/// A pinhole camera that looks along the road.
#[derive(Clone, Copy, Debug)]
pub(super) struct Camera {
    focal: f32,
    /// Column and row of the vanishing point.
    pub vanishing: [f32; 2],
}

impl Camera {
    pub fn new(width: usize, vanishing: [f32; 2]) -> Self {
        Self { focal: FOCAL * width as f32, vanishing }
    }

    /// Pixels per metre at depth `z`.
    pub fn scale(&self, z: f32) -> f32 {
        self.focal / z
    }

    /// Projection of a point, in pixels.
    pub fn project(&self, [x, y, z]: [f32; 3]) -> [f32; 2] {
        let scale = self.scale(z);
        [self.vanishing[0] + x * scale, self.vanishing[1] + (HEIGHT - y) * scale]
    }

    /// The point of the road below the horizon that a pixel shows: `x` and `z`.
    pub fn ground(&self, [column, row]: [f32; 2]) -> Option<[f32; 2]> {
        let below = row - self.vanishing[1];
        (below > 0.0).then(|| {
            let z = self.focal * HEIGHT / below;
            [(column - self.vanishing[0]) * z / self.focal, z]
        })
    }
}
