//! Drawing of poses on an image.

use scalenas_data::Image8;

use super::colours::{self, Colouring};
use super::skeleton::Skeleton;
use crate::error::{Error, Result};
use crate::raster::{Canvas, Outline, Rgb, Shape, enlarged};

/// Half the thickness of a limb as a share of the person's extent, and its limits in pixels.
const LIMB_SHARE: f64 = 0.009;
const LIMB_LIMITS: (f64, f64) = (1.1, 5.0);
/// Radius of a joint, in half limb thicknesses.
const JOINT: f64 = 1.75;
/// Dark rim around all shapes, so that colours stand out from any background.
const RIM: f64 = 1.1;
const RIM_COLOUR: Rgb = [10, 12, 16];
const RIM_OPACITY: f64 = 0.6;
const BOX_OPACITY: f64 = 0.85;

/// A person as predicted or annotated.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Person {
    /// `(x, y, score)` of every joint, in pixels of the image.
    pub joints: Vec<[f64; 3]>,
    /// `[x, y, width, height]` in pixels of the image.
    pub bbox: Option<[f64; 4]>,
}

/// Options of drawing.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PoseStyle {
    /// Meaning of the colours.
    pub colouring: Colouring,
    /// Minimum score of a joint; those below are left out, with their limbs.
    pub threshold: f64,
    /// Minimum length of the shorter side in pixels; smaller images are enlarged by an integer
    /// factor first.
    pub shortest_side: usize,
}

impl Default for PoseStyle {
    fn default() -> Self {
        Self { colouring: Colouring::default(), threshold: 0.2, shortest_side: 320 }
    }
}

/// Draws `people` on a copy of an image.
///
/// # Errors
/// [`Error::JointCount`] if a person does not have the skeleton's joints, [`Error::PixelCount`] if
/// the image does not hold its pixels.
pub fn draw_poses(
    image: &Image8,
    people: &[Person],
    skeleton: &Skeleton,
    style: &PoseStyle,
) -> Result<Image8> {
    let expected = skeleton.sides.len();
    for (person, Person { joints, .. }) in people.iter().enumerate() {
        let found = joints.len();
        if found != expected {
            return Err(Error::JointCount { person, found, expected });
        }
    }
    let (image, factor) = enlarged(image, style.shortest_side)?;
    let mut canvas = Canvas::new(image);
    let paint = Paint::new(skeleton, style.colouring);
    for (index, person) in people.iter().enumerate() {
        let figure = Figure::new(person, skeleton, style.threshold, factor as f64);
        figure.draw(&mut canvas, &paint, index);
    }
    Ok(canvas.finish())
}

/// Colours by limb and joint that hold for every person.
struct Paint {
    colouring: Colouring,
    limbs: Vec<Rgb>,
    joints: Vec<Rgb>,
}

impl Paint {
    fn new(skeleton: &Skeleton, colouring: Colouring) -> Self {
        let (limbs, joints) = (colours::of_limbs(skeleton), colours::of_joints(skeleton));
        Self { colouring, limbs, joints }
    }

    fn limb(&self, person: usize, limb: usize) -> Rgb {
        match self.colouring {
            Colouring::Limbs => self.limbs[limb],
            Colouring::People => colours::of_person(person),
        }
    }

    fn joint(&self, person: usize, joint: usize) -> Rgb {
        match self.colouring {
            Colouring::Limbs => self.joints[joint],
            Colouring::People => colours::of_person(person),
        }
    }
}

/// Visible part of a person, in pixels of the canvas.
struct Figure {
    limbs: Vec<(usize, [[f64; 2]; 2])>,
    joints: Vec<(usize, [f64; 2])>,
    bbox: Option<[f64; 4]>,
    /// Half the thickness of a limb.
    radius: f64,
}

impl Figure {
    fn new(person: &Person, skeleton: &Skeleton, threshold: f64, factor: f64) -> Self {
        let place = |value: f64| (value + 0.5) * factor - 0.5;
        let visible = |joint: usize| {
            let [x, y, score] = person.joints[joint];
            let seen = score > 0.0 && score >= threshold && x.is_finite() && y.is_finite();
            seen.then(|| [place(x), place(y)])
        };
        let limb =
            |(index, &(a, b)): (usize, &(usize, usize))| Some((index, [visible(a)?, visible(b)?]));
        let joints: Vec<_> =
            (0..person.joints.len()).filter_map(|joint| Some((joint, visible(joint)?))).collect();
        let bbox = person.bbox.filter(|bbox| bbox.iter().all(|value| value.is_finite()));
        let bbox = bbox.map(|[x, y, w, h]| [place(x), place(y), w * factor, h * factor]);
        let extent = bbox.map_or_else(|| extent(&joints), |[_, _, w, h]| w.max(h));
        Self {
            limbs: skeleton.limbs.iter().enumerate().filter_map(limb).collect(),
            joints,
            bbox,
            radius: (extent * LIMB_SHARE).clamp(LIMB_LIMITS.0, LIMB_LIMITS.1),
        }
    }

    fn draw(&self, canvas: &mut Canvas, paint: &Paint, person: usize) {
        if let Some(bbox) = self.bbox {
            let thickness = self.radius.max(1.0);
            let rim = Outline { bbox, thickness: thickness + RIM };
            canvas.outline(&rim, RIM_COLOUR, RIM_OPACITY * 0.6);
            let line = Outline { bbox, thickness };
            canvas.outline(&line, colours::of_person(person), BOX_OPACITY);
        }
        let rims: Vec<_> = (self.limbs.iter().map(|(_, ends)| self.limb(*ends, RIM)))
            .chain(self.joints.iter().map(|(_, at)| self.joint(*at, RIM)))
            .collect();
        canvas.fill(&rims, RIM_COLOUR, RIM_OPACITY);
        for (index, ends) in &self.limbs {
            canvas.fill(&[self.limb(*ends, 0.0)], paint.limb(person, *index), 1.0);
        }
        for (index, at) in &self.joints {
            canvas.fill(&[self.joint(*at, 0.0)], [255; 3], 1.0);
            let core = Shape::Disc { centre: *at, radius: self.radius * JOINT * 0.68 };
            canvas.fill(&[core], paint.joint(person, *index), 1.0);
        }
    }

    fn limb(&self, [from, to]: [[f64; 2]; 2], rim: f64) -> Shape {
        Shape::Capsule { from, to, radius: self.radius + rim }
    }

    fn joint(&self, centre: [f64; 2], rim: f64) -> Shape {
        Shape::Disc { centre, radius: self.radius * JOINT + rim }
    }
}

/// Longer side of the box around joints.
fn extent(joints: &[(usize, [f64; 2])]) -> f64 {
    let along = |axis: usize| {
        let values = || joints.iter().map(|(_, at)| at[axis]);
        values().fold(f64::NEG_INFINITY, f64::max) - values().fold(f64::INFINITY, f64::min)
    };
    along(0).max(along(1)).max(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn skeleton() -> Skeleton {
        Skeleton::new(&["left_a", "right_b"].map(String::from), &[(0, 1)])
    }

    fn grey() -> Image8 {
        Image8 { width: 64, height: 48, pixels: vec![120; 64 * 48 * 3] }
    }

    fn style() -> PoseStyle {
        PoseStyle { shortest_side: 0, ..PoseStyle::default() }
    }

    #[test]
    fn visible_joints_change_their_pixels_only() {
        let joints = vec![[10.0, 10.0, 0.9], [50.0, 40.0, 0.1]];
        let people = [Person { joints, bbox: None }];
        let drawn = draw_poses(&grey(), &people, &skeleton(), &style()).unwrap();
        let at = |x: usize, y: usize| &drawn.pixels[(y * 64 + x) * 3..][..3];
        assert_ne!(at(10, 10), [120; 3]);
        assert_eq!(at(50, 40), [120; 3]);
        assert_eq!(at(30, 25), [120; 3]);
    }

    #[test]
    fn other_joint_counts_are_refused() {
        let people = [Person { joints: vec![[0.0; 3]; 3], bbox: None }];
        let error = draw_poses(&grey(), &people, &skeleton(), &style()).unwrap_err();
        assert_eq!(error.to_string(), "person 0: has 3 joints, the skeleton has 2");
    }

    #[test]
    fn joints_that_are_not_finite_are_left_out() {
        let people = [Person { joints: vec![[f64::NAN, 1.0, 1.0], [5.0, 5.0, 0.0]], bbox: None }];
        let drawn = draw_poses(&grey(), &people, &skeleton(), &style()).unwrap();
        assert_eq!(drawn.pixels, grey().pixels);
    }
}
