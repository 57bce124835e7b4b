//! Shapes on an image, antialiased by their distance to each pixel's centre.

use scalenas_data::Image8;

use super::Rgb;

/// A filled shape in pixels; pixel `(0, 0)` has its centre at `(0, 0)`.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Shape {
    /// A line of thickness `2 * radius` with round ends.
    Capsule { from: [f64; 2], to: [f64; 2], radius: f64 },
    /// A disc.
    Disc { centre: [f64; 2], radius: f64 },
}

/// Shapes of the outline of a box `[x, y, width, height]`, centred on its sides.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Outline {
    pub(crate) bbox: [f64; 4],
    pub(crate) thickness: f64,
}

/// An image being drawn on.
pub(crate) struct Canvas(Image8);

/// Left, top, right, bottom.
type Bounds = [f64; 4];

impl Canvas {
    pub(crate) fn new(image: Image8) -> Self {
        Self(image)
    }

    pub(crate) fn finish(self) -> Image8 {
        self.0
    }

    /// Paints the union of `shapes` at one opacity.
    pub(crate) fn fill(&mut self, shapes: &[Shape], colour: Rgb, opacity: f64) {
        let bounds = shapes.iter().map(Shape::bounds).reduce(union);
        let Some(bounds) = bounds else { return };
        self.paint(bounds, colour, opacity, |point| {
            shapes.iter().map(|shape| shape.distance(point)).fold(f64::INFINITY, f64::min)
        });
    }

    /// Paints the outline of a box.
    pub(crate) fn outline(&mut self, outline: &Outline, colour: Rgb, opacity: f64) {
        let [x, y, width, height] = outline.bbox;
        let half = outline.thickness / 2.0;
        let middle = [x + width / 2.0, y + height / 2.0];
        let bounds = [x - half, y - half, x + width + half, y + height + half];
        self.paint(bounds, colour, opacity, |point| {
            let beyond_x = (point[0] - middle[0]).abs() - width / 2.0;
            let beyond_y = (point[1] - middle[1]).abs() - height / 2.0;
            beyond_x.max(beyond_y).abs() - half
        });
    }

    /// Blends `colour` wherever `distance` (negative inside) reaches a pixel within `bounds`.
    fn paint(
        &mut self,
        bounds: Bounds,
        colour: Rgb,
        opacity: f64,
        distance: impl Fn([f64; 2]) -> f64,
    ) {
        let columns = span(bounds[0], bounds[2], self.0.width);
        for row in span(bounds[1], bounds[3], self.0.height) {
            for column in columns.clone() {
                let coverage = (0.5 - distance([column as f64, row as f64])).clamp(0.0, 1.0);
                if coverage > 0.0 {
                    let start = (row * self.0.width + column) * 3;
                    blend(&mut self.0.pixels[start..start + 3], colour, coverage * opacity);
                }
            }
        }
    }
}

impl Shape {
    fn bounds(&self) -> Bounds {
        match *self {
            Self::Capsule { from, to, radius } => union(around(from, radius), around(to, radius)),
            Self::Disc { centre, radius } => around(centre, radius),
        }
    }

    fn distance(&self, point: [f64; 2]) -> f64 {
        match *self {
            Self::Capsule { from, to, radius } => {
                let along = [to[0] - from[0], to[1] - from[1]];
                let offset = [point[0] - from[0], point[1] - from[1]];
                let length = along[0].mul_add(along[0], along[1] * along[1]).max(f64::MIN_POSITIVE);
                let share =
                    (offset[0].mul_add(along[0], offset[1] * along[1]) / length).clamp(0.0, 1.0);
                (offset[0] - share * along[0]).hypot(offset[1] - share * along[1]) - radius
            }
            Self::Disc { centre, radius } => {
                (point[0] - centre[0]).hypot(point[1] - centre[1]) - radius
            }
        }
    }
}

/// Mixes `colour` into one RGB pixel.
pub(crate) fn blend(pixel: &mut [u8], colour: Rgb, opacity: f64) {
    for (channel, value) in pixel.iter_mut().zip(colour) {
        let mixed = f64::from(*channel) + (f64::from(value) - f64::from(*channel)) * opacity;
        *channel = mixed.round() as u8;
    }
}

/// Pixels of `0..size` whose centres may be touched between `low` and `high`.
fn span(low: f64, high: f64, size: usize) -> std::ops::Range<usize> {
    let first = (low - 0.5).floor().clamp(0.0, size as f64) as usize;
    let last = ((high + 0.5).ceil() + 1.0).clamp(0.0, size as f64) as usize;
    first..last.max(first)
}

fn around(point: [f64; 2], radius: f64) -> Bounds {
    [point[0] - radius, point[1] - radius, point[0] + radius, point[1] + radius]
}

fn union(a: Bounds, b: Bounds) -> Bounds {
    [a[0].min(b[0]), a[1].min(b[1]), a[2].max(b[2]), a[3].max(b[3])]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn black(width: usize, height: usize) -> Canvas {
        Canvas::new(Image8 { width, height, pixels: vec![0; width * height * 3] })
    }

    /// Sum of the red channel in units of a fully painted pixel.
    fn painted(canvas: Canvas) -> f64 {
        canvas.finish().pixels.iter().step_by(3).map(|v| f64::from(*v) / 255.0).sum()
    }

    #[test]
    fn a_disc_covers_its_area() {
        let mut canvas = black(41, 41);
        canvas.fill(&[Shape::Disc { centre: [20.2, 19.7], radius: 10.0 }], [255; 3], 1.0);
        assert!((painted(canvas) - std::f64::consts::PI * 100.0).abs() < 2.0);
    }

    #[test]
    fn a_capsule_covers_its_area_and_overlaps_count_once() {
        let mut canvas = black(64, 32);
        let capsule = Shape::Capsule { from: [12.0, 16.0], to: [52.0, 16.0], radius: 4.0 };
        canvas.fill(&[capsule, capsule], [255; 3], 0.5);
        let area = 40.0 * 8.0 + std::f64::consts::PI * 16.0;
        assert!((painted(canvas) - area / 2.0).abs() < 3.0);
    }

    #[test]
    fn shapes_outside_the_image_are_clipped() {
        let mut canvas = black(8, 8);
        let far = Shape::Capsule { from: [-50.0, -9.0], to: [90.0, -9.0], radius: 3.0 };
        canvas.fill(&[far], [255; 3], 1.0);
        canvas.outline(
            &Outline { bbox: [-5.0, -5.0, 100.0, 100.0], thickness: 2.0 },
            [255; 3],
            1.0,
        );
        assert!(painted(canvas).abs() < 1e-9);
    }

    #[test]
    fn an_outline_leaves_its_inside_alone() {
        let mut canvas = black(20, 20);
        canvas.outline(&Outline { bbox: [3.0, 3.0, 12.0, 12.0], thickness: 2.0 }, [255; 3], 1.0);
        let image = canvas.finish();
        assert_eq!(image.pixels[(9 * 20 + 9) * 3], 0);
        assert_eq!(image.pixels[(9 * 20 + 3) * 3], 255);
    }
}
