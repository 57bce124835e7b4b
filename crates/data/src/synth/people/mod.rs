//! Synthetic people in the layout of COCO: a pose data set without a download.
//!
//! `annotations/person_keypoints_{train,val}2017.json` and `images/{train,val}2017/*.jpg` show
//! several people per picture at many sizes, hiding each other, with things in front, people of
//! whom too little shows for joints, and crowds.

mod backdrop;
mod body;
mod canvas;
mod color;
mod config;
mod figure;
mod labels;
mod mask;
mod scene;
mod space;
mod write;

pub use config::SynthConfig;
pub use write::{Summary, write_pose};
