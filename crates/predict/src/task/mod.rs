//! Tasks: one file each behind an interface, and their registry.

mod classification;
mod interface;
mod segmentation;
mod top_down;

use crate::description::Description;
use crate::error::{Error, Result};

pub(crate) use interface::Task;
pub use interface::{Joint, Predicted};

/// Task that a description names; `cell` divides the sides of every input.
pub(crate) fn task(description: &Description, cell: usize) -> Result<Box<dyn Task>> {
    match &*description.head.task {
        "top_down" => Ok(Box::new(top_down::TopDown::new(description)?)),
        "classification" => Ok(Box::new(classification::Classification::new(description))),
        "segmentation" => Ok(Box::new(segmentation::Segmentation::new(description, cell))),
        other => Err(Error::Task { task: other.to_owned() }),
    }
}
