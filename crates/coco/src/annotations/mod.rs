//! An annotation file as it is written, and its entries once their values are read.

mod document;
mod entries;
mod outline;
mod people;

pub(crate) use document::Document;
pub(crate) use entries::{CategoryEntry, ImageEntry, PersonEntry};
pub use outline::Outline;
pub(crate) use people::People;
