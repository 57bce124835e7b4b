//! The little geometry in space that bodies need.

/// A point or direction: x to the right, y down, z towards us.
pub(super) type Vec3 = [f32; 3];

pub(super) fn add(a: Vec3, b: Vec3) -> Vec3 {
    [a[0] + b[0], a[1] + b[1], a[2] + b[2]]
}

pub(super) fn scale(a: Vec3, factor: f32) -> Vec3 {
    a.map(|v| v * factor)
}

pub(super) fn dot(a: Vec3, b: Vec3) -> f32 {
    a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
}

pub(super) fn lerp(a: Vec3, b: Vec3, share: f32) -> Vec3 {
    add(scale(a, 1.0 - share), scale(b, share))
}

pub(super) fn normalize(a: Vec3) -> Vec3 {
    scale(a, 1.0 / dot(a, a).sqrt().max(1e-6))
}

/// The part of `a` across the unit vector `axis`, normalised.
pub(super) fn across(a: Vec3, axis: Vec3) -> Vec3 {
    normalize(add(a, scale(axis, -dot(a, axis))))
}

/// Turns about the x axis: what hangs down swings towards us.
pub(super) fn rotate_x([x, y, z]: Vec3, angle: f32) -> Vec3 {
    let (sin, cos) = angle.sin_cos();
    [x, y * cos - z * sin, y * sin + z * cos]
}

/// Turns about the vertical axis: what is towards us goes right.
pub(super) fn rotate_y([x, y, z]: Vec3, angle: f32) -> Vec3 {
    let (sin, cos) = angle.sin_cos();
    [x * cos + z * sin, y, z * cos - x * sin]
}

/// Turns in the picture's plane, clockwise.
pub(super) fn rotate_z([x, y, z]: Vec3, angle: f32) -> Vec3 {
    let (sin, cos) = angle.sin_cos();
    [x * cos - y * sin, x * sin + y * cos, z]
}
