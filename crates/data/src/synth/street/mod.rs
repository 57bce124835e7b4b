//! Synthetic streets in the layout of Cityscapes: a segmentation data set without a download.
//!
//! `leftImg8bit/{train,val}/synth/*_leftImg8bit.png` and `gtFine/…/*_gtFine_labelIds.png` are
//! named as in the real data set. Scenes are seen from a car and drawn from far to near, so that
//! every pixel's label is exact and things appear at every scale.

mod brush;
mod camera;
mod canvas;
mod label;
mod place;
mod roadside;
mod scene;
mod things;
mod traffic;
mod write;

pub use write::{StreetConfig, write_streets};
