//! Interactive view of a search: any two objectives against each other, ceilings, and every network with its picture,
//! its ancestors and the commands that use it.
//!
//! The page holds the networks as data; its script draws them. Architectures travel as short texts ([`code`]).

mod code;
mod networks;
mod preferences;

pub use networks::{Better, ExploredNet, Explorer, Objective};
pub use preferences::{Preference, Preferences};

pub(crate) use networks::{SCRIPT, STYLE, data, markup};
pub(crate) use preferences::table;
