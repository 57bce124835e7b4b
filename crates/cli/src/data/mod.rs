//! Data sets as the verbs use them: layout, facts, people, synthetic pictures.

mod annotations;
pub mod facts;
mod layout;
mod skipped;
pub mod synthetic;
mod top_down;

pub use annotations::read_annotations;
pub use layout::{Split, split};
pub use skipped::report_skipped;
pub use top_down::{TopDownPart, image_ids};
