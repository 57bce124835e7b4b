//! Data sets as the verbs use them: layout, facts, people, synthetic pictures.

pub mod facts;
mod layout;
mod people;
mod skipped;
pub mod synthetic;

pub use layout::{Split, split};
pub use people::{People, image_ids};
pub use skipped::say_skipped;
