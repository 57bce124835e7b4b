//! Shapes: which points of the square from -1 to 1 belong to them.

use std::f64::consts::PI;

/// Whether a point belongs to a shape.
pub type Inside = fn(f64, f64) -> bool;

/// Names of the classes, in the order of their folders, with their shapes.
pub const SHAPES: [(&str, Inside); 8] = [
    ("bars", |x, y| x.abs() < 0.9 && y.abs() < 0.9 && ((y + 0.9) / 0.36).floor() % 2.0 == 0.0),
    ("crescent", |x, y| x.hypot(y) < 0.95 && (x - 0.45).hypot(y) > 0.75),
    ("cross", |x, y| x.abs().max(y.abs()) < 0.95 && x.abs().min(y.abs()) < 0.3),
    ("disk", |x, y| x.hypot(y) < 0.85),
    ("ring", |x, y| (0.5..0.92).contains(&x.hypot(y))),
    ("square", |x, y| x.abs().max(y.abs()) < 0.75),
    ("star", |x, y| {
        let (radius, angle) = (x.hypot(y), y.atan2(x).rem_euclid(2.0 * PI / 5.0) - PI / 5.0);
        radius < 0.35 + angle.abs()
    }),
    ("triangle", |x, y| y > -0.5 && y < 0.95 - 1.75 * x.abs()),
];
