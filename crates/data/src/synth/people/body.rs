//! Bodies: a jointed skeleton in space, posed at random and turned towards or away from the camera.
//!
//! Lengths are in body heights. Axes: x to the right, y down, z towards the camera. A
//! body that faces us has its left side on the right. Anatomy hardly varies and poses stay within
//! what limbs can do, so that a small network learns them in minutes.

use std::f32::consts::PI;

use rand::{Rng, RngExt};

use super::space::{Vec3, across, add, lerp, normalize, rotate_x, rotate_y, rotate_z, scale};

/// Left and right, in this order wherever there are two of something.
pub(super) const SIDES: [f32; 2] = [1.0, -1.0];

/// Radius of the head.
pub(super) const HEAD: f32 = 0.118;
const NECK: f32 = 0.045;
const TORSO: f32 = 0.28;
const SHOULDER: f32 = 0.125;
const HIP: f32 = 0.074;
const UPPER_ARM: f32 = 0.165;
const FOREARM: f32 = 0.15;
const THIGH: f32 = 0.22;
const SHIN: f32 = 0.21;
const FOOT: f32 = 0.075;

const SITTING: f64 = 0.1;
const ARM_RAISED: f64 = 0.35;
const FROM_BEHIND: f64 = 0.15;

/// The points of a posed body, around its pelvis.
#[derive(Clone, Debug)]
pub(super) struct Body {
    pub head: Vec3,
    /// Direction of the face.
    pub forward: Vec3,
    /// From the head's middle to its top.
    pub up: Vec3,
    pub nose: Vec3,
    pub eyes: [Vec3; 2],
    pub ears: [Vec3; 2],
    pub shoulders: [Vec3; 2],
    pub elbows: [Vec3; 2],
    pub wrists: [Vec3; 2],
    pub hips: [Vec3; 2],
    pub knees: [Vec3; 2],
    pub ankles: [Vec3; 2],
    pub toes: [Vec3; 2],
}

impl Body {
    /// A body in a random pose.
    pub fn draw(rng: &mut impl Rng) -> Self {
        let yaw = if rng.random_bool(FROM_BEHIND) { PI } else { 0.0 } + rng.random_range(-0.8..0.8);
        let lean = rng.random_range(-0.2..0.2);
        let bow = rng.random_range(-0.25..0.1);
        let trunk = |v: Vec3| rotate_z(rotate_x(v, bow), lean);
        let build = rng.random_range(0.93..1.07);
        let neck = trunk([0.0, -TORSO, 0.0]);
        let shoulders = SIDES.map(|side| add(neck, trunk([side * SHOULDER * build, 0.015, 0.0])));
        let hips = SIDES.map(|side| trunk([side * HIP * build, 0.0, 0.0]));
        let arms = [0, 1].map(|side| arm(shoulders[side], SIDES[side], &trunk, rng));
        let sitting = rng.random_bool(SITTING);
        let legs = [0, 1].map(|side| leg(hips[side], SIDES[side], sitting, rng));
        let head = Head::draw(neck, &trunk, rng);
        let turned = |v: Vec3| rotate_y(v, yaw);
        Self {
            head: turned(head.middle),
            forward: turned(head.forward),
            up: turned(head.up),
            nose: turned(head.at([0.0, 0.2, 1.0])),
            eyes: SIDES.map(|side| turned(head.at([side * 0.42, -0.2, 0.85]))),
            ears: SIDES.map(|side| turned(head.at([side * 1.0, 0.0, -0.05]))),
            shoulders: shoulders.map(turned),
            elbows: arms.map(|(elbow, _)| turned(elbow)),
            wrists: arms.map(|(_, wrist)| turned(wrist)),
            hips: hips.map(turned),
            knees: legs.map(|leg| turned(leg[0])),
            ankles: legs.map(|leg| turned(leg[1])),
            toes: legs.map(|leg| turned(leg[2])),
        }
    }

    /// The joints of COCO, in its order.
    pub fn joints(&self) -> [Vec3; 17] {
        let [le, re] = self.eyes;
        let [lr, rr] = self.ears;
        let [ls, rs] = self.shoulders;
        let [lb, rb] = self.elbows;
        let [lw, rw] = self.wrists;
        let [lh, rh] = self.hips;
        let [lk, rk] = self.knees;
        let [la, ra] = self.ankles;
        [self.nose, le, re, lr, rr, ls, rs, lb, rb, lw, rw, lh, rh, lk, rk, la, ra]
    }
}

/// A head with a random direction.
struct Head {
    middle: Vec3,
    forward: Vec3,
    up: Vec3,
    left: Vec3,
}

impl Head {
    fn draw(neck: Vec3, trunk: &impl Fn(Vec3) -> Vec3, rng: &mut impl Rng) -> Self {
        let turn = rng.random_range(-0.5..0.5);
        let tilt = rng.random_range(-0.15..0.15);
        let nod = rng.random_range(-0.15..0.2);
        let looked = |v: Vec3| trunk(rotate_z(rotate_y(rotate_x(v, nod), turn), tilt));
        let up = looked([0.0, -1.0, 0.0]);
        Self {
            middle: add(neck, scale(up, NECK + HEAD * 0.95)),
            forward: looked([0.0, 0.0, 1.0]),
            up,
            left: looked([1.0, 0.0, 0.0]),
        }
    }

    /// A point given in head radii: to its left, down, forward.
    fn at(&self, [left, down, forward]: Vec3) -> Vec3 {
        let offset =
            add(add(scale(self.left, left), scale(self.up, -down)), scale(self.forward, forward));
        add(self.middle, scale(offset, HEAD))
    }
}

/// Elbow and wrist.
fn arm(
    shoulder: Vec3,
    side: f32,
    trunk: &impl Fn(Vec3) -> Vec3,
    rng: &mut impl Rng,
) -> (Vec3, Vec3) {
    let away = if rng.random_bool(ARM_RAISED) {
        rng.random_range(0.9..2.5)
    } else {
        rng.random_range(0.12..0.8)
    };
    let swing = rng.random_range(-0.5..0.5);
    let upper = trunk(rotate_x(rotate_z([0.0, 1.0, 0.0], -side * away), swing));
    // Elbows bend forwards, upwards and a little inwards.
    let bent_to = [
        -side * rng.random_range(-0.4..0.8),
        rng.random_range(-1.2..0.2),
        rng.random_range(0.4..1.0),
    ];
    let lower = bend(upper, trunk(bent_to), rng.random_range(0.1..1.7));
    let elbow = add(shoulder, scale(upper, UPPER_ARM));
    (elbow, add(elbow, scale(lower, FOREARM)))
}

/// Knee, ankle and toes.
fn leg(hip: Vec3, side: f32, sitting: bool, rng: &mut impl Rng) -> [Vec3; 3] {
    let (swing, flex): (f32, f32) = if sitting {
        (rng.random_range(1.0..1.4), rng.random_range(1.1..1.5))
    } else {
        let swing: f32 = rng.random_range(-0.45..0.6);
        (swing, rng.random_range(0.0..0.4) + swing.abs() * rng.random_range(0.0..1.0))
    };
    let away = rng.random_range(0.03..0.35);
    let upper = rotate_z(rotate_x([0.0, 1.0, 0.0], swing), -side * away);
    let lower = bend(upper, [0.0, 0.3, -1.0], flex);
    let knee = add(hip, scale(upper, THIGH));
    let ankle = add(knee, scale(lower, SHIN));
    let out = side * rng.random_range(0.1..0.5);
    let toes = add(ankle, scale(normalize([out, 0.35, 1.0]), FOOT));
    [knee, ankle, toes]
}

/// Turns a direction by an angle towards another one.
fn bend(direction: Vec3, towards: Vec3, angle: f32) -> Vec3 {
    let (sin, cos) = angle.sin_cos();
    add(scale(direction, cos), scale(across(towards, direction), sin))
}

/// The point between two.
pub(super) fn middle(a: Vec3, b: Vec3) -> Vec3 {
    lerp(a, b, 0.5)
}
