//! Tests of the COCO readers, in one program.

#![allow(clippy::unwrap_used, reason = "a panic is a failed test")]

mod foreign;
mod purposes;
