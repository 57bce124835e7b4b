//! A reader of pickles that executes nothing.
//!
//! The published masks are pickled `NumPy` arrays. A pickle is a program for a stack machine; this
//! one knows only the instructions that build plain data, and the few callables that `NumPy` writes
//! are recognised by name and replaced by data. Anything else is an error, so that a hostile file
//! can at worst be refused.

mod machine;
mod numpy;
mod reader;
mod value;

pub(in crate::format) use reader::Pickle;
