//! Data sets as the verbs use them: layout, facts, people, synthetic pictures.

mod annotations;
mod described;
pub mod facts;
mod fingerprint;
mod layout;
mod skipped;
mod source;
pub mod synthetic;
mod top_down;

pub use annotations::read_part;
pub use described::Described;
pub use fingerprint::fingerprint;
pub use layout::{Share, Split, part, split};
pub use skipped::report_skipped;
pub use source::{Origin, in_folder, reading_of};
pub use top_down::{TopDownPart, image_ids, read_people};
