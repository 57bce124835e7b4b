//! Verbs, one room each.

pub mod archive;
pub mod bench;
pub mod check_data;
pub mod check_device;
pub mod completions;
pub mod cost;
pub mod eval_class;
pub mod eval_pose;
pub mod eval_seg;
pub mod evolve;
pub mod export;
pub mod finetune;
pub mod import;
pub mod infer;
pub mod latency;
pub mod manual;
pub mod quickstart;
pub mod rank;
pub mod report;
pub mod supernet;
pub mod synth;
