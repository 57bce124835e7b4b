//! From a body to painted parts: flesh, clothes, face, and which joints each part shows.
//!
//! Left limbs are warm (red arm, green leg), right limbs cool (blue arm, violet leg), so that the
//! sides can be told apart from the front and from behind; the lower half of a limb is darker and
//! gloves are bright, so that elbows, knees and wrists show.

use rand::{Rng, RngExt};

use super::body::{Body, HEAD, SIDES, middle};
use super::canvas::{Canvas, Capsule, Owner};
use super::color::Rgb;
use super::space::{Vec3, add, dot, lerp, scale};

/// Kind of a painted part: decides which joints it shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub(super) enum Part {
    Torso = 1,
    Neck,
    Head,
    Hair,
    Nose,
    LeftEye,
    RightEye,
    LeftEar,
    RightEar,
    LeftUpperArm,
    RightUpperArm,
    LeftForearm,
    RightForearm,
    LeftThigh,
    RightThigh,
    LeftShin,
    RightShin,
}

/// Numbers of parts below this; an owner is a person's number times this plus a part.
pub(super) const PARTS: Owner = 32;

/// For each COCO joint, the parts on which it is seen.
const SHOWN_ON: [&[Part]; 17] = [
    &[Part::Nose, Part::Head],
    &[Part::LeftEye, Part::Head, Part::Nose],
    &[Part::RightEye, Part::Head, Part::Nose],
    &[Part::LeftEar],
    &[Part::RightEar],
    &[Part::Torso, Part::LeftUpperArm],
    &[Part::Torso, Part::RightUpperArm],
    &[Part::LeftUpperArm, Part::LeftForearm],
    &[Part::RightUpperArm, Part::RightForearm],
    &[Part::LeftForearm],
    &[Part::RightForearm],
    &[Part::Torso, Part::LeftThigh],
    &[Part::Torso, Part::RightThigh],
    &[Part::LeftThigh, Part::LeftShin],
    &[Part::RightThigh, Part::RightShin],
    &[Part::LeftShin],
    &[Part::RightShin],
];

/// A person with clothes, somewhere in a picture.
pub(super) struct Figure {
    body: Body,
    look: Look,
    /// Position of the pelvis in pixels.
    pub at: [f32; 2],
    /// Body height in pixels.
    pub size: f32,
}

/// Colours of a person.
struct Look {
    skin: Rgb,
    hair: Rgb,
    shirt: Rgb,
    shoes: Rgb,
    arms: [Rgb; 2],
    gloves: [Rgb; 2],
    legs: [Rgb; 2],
}

/// Hues of the left and right arms and legs, in degrees.
const ARM_HUES: [f32; 2] = [4.0, 212.0];
const LEG_HUES: [f32; 2] = [118.0, 288.0];
const GLOVE_HUES: [f32; 2] = [50.0, 180.0];
const HUE_SPREAD: f32 = 10.0;

impl Look {
    fn draw(rng: &mut impl Rng) -> Self {
        let mut cloth = |hue: f32| {
            let hue = hue + rng.random_range(-HUE_SPREAD..HUE_SPREAD);
            Rgb::hsv(hue, rng.random_range(0.7..0.95), rng.random_range(0.65..0.95))
        };
        let (arms, legs) = (ARM_HUES.map(&mut cloth), LEG_HUES.map(&mut cloth));
        let gloves = GLOVE_HUES.map(|hue| Rgb::hsv(hue, 0.9, 1.0));
        let tone: f32 = rng.random_range(0.0..1.0);
        let hair_hue = rng.random_range(15.0..40.0);
        Self {
            skin: Rgb([0.96, 0.78, 0.64]).mix(Rgb([0.5, 0.33, 0.22]), tone),
            hair: Rgb::hsv(hair_hue, rng.random_range(0.2..0.7), rng.random_range(0.08..0.45)),
            shirt: Rgb::hsv(
                rng.random_range(40.0..62.0),
                rng.random_range(0.05..0.65),
                rng.random_range(0.75..0.97),
            ),
            shoes: Rgb::hsv(rng.random_range(0.0..360.0), 0.3, rng.random_range(0.1..0.3)),
            arms,
            gloves,
            legs,
        }
    }
}

/// A part to paint.
struct Piece {
    part: Part,
    depth: f32,
    capsules: Vec<Capsule>,
    color: Rgb,
}

impl Figure {
    /// A random person of `size` pixels with the pelvis at `at`.
    pub fn draw(at: [f32; 2], size: f32, rng: &mut impl Rng) -> Self {
        Self { body: Body::draw(rng), look: Look::draw(rng), at, size }
    }

    /// Positions of COCO's joints in pixels.
    pub fn joints(&self) -> [[f32; 2]; 17] {
        self.body.joints().map(|joint| self.project(joint))
    }

    /// Whether a joint is seen on a part.
    pub fn shows(joint: usize, part: Owner) -> bool {
        SHOWN_ON[joint].iter().any(|shown| *shown as Owner == part)
    }

    /// Whether a joint of the face is on the far side of the head, where it is not labelled.
    pub fn turned_away(&self, joint: usize) -> bool {
        const FACE: usize = 3;
        const EARS: usize = 5;
        let least = match joint {
            0..FACE => -0.1,
            FACE..EARS => -0.6,
            _ => return false,
        };
        let point = self.body.joints()[joint];
        (point[2] - self.body.head[2]) / HEAD < least
    }

    /// Smallest rectangle around the joints and the head: left, top, right, bottom.
    pub fn extent(&self) -> [f32; 4] {
        let head = self.project(self.body.head);
        let radius = HEAD * self.size;
        let points = self
            .joints()
            .into_iter()
            .chain([[head[0] - radius, head[1] - radius], [head[0] + radius, head[1] + radius]]);
        points.fold([f32::INFINITY, f32::INFINITY, f32::NEG_INFINITY, f32::NEG_INFINITY], |b, p| {
            [b[0].min(p[0]), b[1].min(p[1]), b[2].max(p[0]), b[3].max(p[1])]
        })
    }

    /// Paints the person, far parts first, as the owner number `person`.
    pub fn paint(&self, canvas: &mut Canvas, person: Owner) {
        let mut pieces = self.limbs();
        pieces.extend(self.trunk());
        pieces.extend(self.head());
        pieces.sort_by(|a, b| a.depth.total_cmp(&b.depth));
        for Piece { part, capsules, color, .. } in pieces {
            let shade = |off: f32| color.lit(0.62 + 0.38 * (1.0 - off * off).max(0.0).sqrt());
            canvas.paint(&capsules, person * PARTS + part as Owner, shade);
        }
    }

    fn project(&self, point: Vec3) -> [f32; 2] {
        [self.at[0] + point[0] * self.size, self.at[1] + point[1] * self.size]
    }

    fn capsule(&self, from: Vec3, to: Vec3, radius_from: f32, radius_to: f32) -> Capsule {
        Capsule {
            from: self.project(from),
            to: self.project(to),
            radius_from: radius_from * self.size,
            radius_to: radius_to * self.size,
        }
    }

    fn disc(&self, part: Part, at: Vec3, radius: f32, color: Rgb) -> Piece {
        let capsules = vec![Capsule::disc(self.project(at), radius * self.size)];
        Piece { part, depth: at[2], capsules, color }
    }

    /// A piece of a limb, which lies a little in front of the trunk when level with it.
    fn limb(&self, part: Part, ends: [Vec3; 2], radii: [f32; 2], color: Rgb) -> Piece {
        const IN_FRONT: f32 = 0.03;
        let capsules = vec![self.capsule(ends[0], ends[1], radii[0], radii[1])];
        Piece { part, depth: middle(ends[0], ends[1])[2] + IN_FRONT, capsules, color }
    }

    fn limbs(&self) -> Vec<Piece> {
        const LOWER: f32 = 0.72;
        let (body, look) = (&self.body, &self.look);
        let parts = [
            [Part::LeftUpperArm, Part::LeftForearm, Part::LeftThigh, Part::LeftShin],
            [Part::RightUpperArm, Part::RightForearm, Part::RightThigh, Part::RightShin],
        ];
        let mut pieces = Vec::new();
        for (side, [upper_arm, forearm, thigh, shin]) in parts.into_iter().enumerate() {
            let (shoulder, elbow, wrist) =
                (body.shoulders[side], body.elbows[side], body.wrists[side]);
            let (hip, knee, ankle) = (body.hips[side], body.knees[side], body.ankles[side]);
            let (sleeve, trouser) = (look.arms[side], look.legs[side]);
            pieces.push(self.limb(upper_arm, [shoulder, elbow], [0.056, 0.048], sleeve));
            pieces.push(self.limb(forearm, [elbow, wrist], [0.046, 0.038], sleeve.lit(LOWER)));
            let [cuff, tip] = [0.9, 1.14].map(|share| lerp(elbow, wrist, share));
            pieces.push(self.limb(forearm, [cuff, tip], [0.044, 0.04], look.gloves[side]));
            pieces.push(self.limb(thigh, [hip, knee], [0.076, 0.06], trouser));
            pieces.push(self.limb(shin, [knee, ankle], [0.058, 0.044], trouser.lit(LOWER)));
            let foot = [ankle, body.toes[side]];
            pieces.push(self.limb(shin, foot, [0.045, 0.038], look.shoes));
        }
        pieces
    }

    fn trunk(&self) -> [Piece; 2] {
        let (body, look) = (&self.body, &self.look);
        let pelvis = middle(body.hips[0], body.hips[1]);
        let chest = middle(body.shoulders[0], body.shoulders[1]);
        let mut capsules: Vec<Capsule> = [0, 1]
            .map(|side| self.capsule(body.shoulders[side], body.hips[side], 0.055, 0.06))
            .to_vec();
        capsules.push(self.capsule(chest, pelvis, 0.09, 0.08));
        capsules.push(self.capsule(body.shoulders[0], body.shoulders[1], 0.05, 0.05));
        capsules.push(self.capsule(body.hips[0], body.hips[1], 0.066, 0.066));
        let depth = middle(chest, pelvis)[2];
        let torso = Piece { part: Part::Torso, depth, capsules, color: look.shirt };
        let nape = vec![self.capsule(chest, body.head, 0.04, 0.04)];
        let neck = Piece {
            part: Part::Neck,
            depth: depth + 0.005,
            capsules: nape,
            color: look.skin.lit(0.85),
        };
        [torso, neck]
    }

    fn head(&self) -> Vec<Piece> {
        /// Lifts the face in front of every part at the height of the shoulders.
        const LIFT: f32 = 0.08;
        let (body, look) = (&self.body, &self.look);
        let offset = |up: f32, forward: f32| {
            add(body.head, add(scale(body.up, up * HEAD), scale(body.forward, forward * HEAD)))
        };
        let mut pieces = vec![
            self.disc(Part::Head, body.head, HEAD, look.skin),
            self.disc(Part::Hair, offset(0.3, -0.35), HEAD * 1.02, look.hair),
        ];
        let features = [
            (Part::LeftEar, body.ears[0], 0.22, look.skin.lit(0.72)),
            (Part::RightEar, body.ears[1], 0.22, look.skin.lit(0.72)),
            (Part::LeftEye, body.eyes[0], 0.26, Rgb::WHITE),
            (Part::RightEye, body.eyes[1], 0.26, Rgb::WHITE),
            (Part::LeftEye, body.eyes[0], 0.15, Rgb::BLACK),
            (Part::RightEye, body.eyes[1], 0.15, Rgb::BLACK),
            (Part::Nose, body.nose, 0.19, Rgb([0.85, 0.35, 0.3])),
        ];
        for (order, (part, at, radius, color)) in features.into_iter().enumerate() {
            let mut piece = self.disc(part, at, radius * HEAD, color);
            // Pupils come after the white that they lie on.
            piece.depth += order as f32 * 1e-4;
            pieces.push(piece);
        }
        let facing = dot(body.forward, [0.0, 0.0, 1.0]);
        pieces.retain(|p| {
            facing > -0.2 || !matches!(p.part, Part::Nose | Part::LeftEye | Part::RightEye)
        });
        for piece in &mut pieces {
            piece.depth += LIFT;
        }
        pieces
    }
}

const _: () = assert!(SIDES[0] > 0.0, "left comes first");
