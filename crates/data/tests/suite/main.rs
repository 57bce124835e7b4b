//! Data sets, codecs, augmentation and synthetic data.

mod common;

mod bad_input;
mod codec;
mod real_data;
mod scene_golden;
mod scenes;
mod segmentation;
mod synthetic;
mod synthetic_streets;
mod top_down_golden;
