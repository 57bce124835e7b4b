//! Poses drawn on their image: boxes, limbs, joints.

mod colours;
mod draw;
mod skeleton;

pub use colours::Colouring;
pub use draw::{Person, PoseStyle, draw_poses};
pub use skeleton::{Side, Skeleton};
