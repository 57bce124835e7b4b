//! A reader of pickles that executes nothing.
//!
//! A pickle is a program for a stack machine. This machine builds plain data; calls of the few
//! functions with which PyTorch saves tensors are replaced by descriptions of those tensors, and
//! objects of every other class become opaque values that stand for nothing but their class's name.

mod calls;
mod instructions;
mod machine;
mod value;

pub(super) use value::{Pickle, Value};
