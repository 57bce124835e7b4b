//! Tasks by head.

use scalenas_space::Head;

use super::bottom_up::BottomUp;
use super::classification::Classification;
use super::interface::Task;
use super::segmentation::Segmentation;
use super::top_down::TopDown;
use crate::error::{Error, Result};

/// The task that a head learns.
pub fn task(head: Head) -> Box<dyn Task> {
    match head {
        Head::TopDown { joints } => Box::new(TopDown { joints }),
        Head::BottomUp { joints } => Box::new(BottomUp { joints }),
        Head::Classification { classes } => Box::new(Classification { classes }),
        Head::Segmentation { classes } => Box::new(Segmentation { classes }),
    }
}

/// Refuses heads that cannot be decoded within a graph.
///
/// # Errors
/// [`Error::Decoding`].
pub fn check_decoding(head: Head) -> Result<()> {
    if task(head).decodes() { Ok(()) } else { Err(Error::Decoding { head }) }
}
