//! The command line as a user calls it. One test program, because each one links the whole framework.

#![allow(clippy::unwrap_used, reason = "a panic is a failed test")]

#[cfg(unix)]
mod archive;
mod bad_input;
mod bench;
mod bottom_up;
mod chain;
mod check_data;
mod check_device;
mod classification;
mod common;
mod damaged;
#[cfg(unix)]
mod documented;
mod export;
mod figures;
mod finetune;
mod foreign_data;
mod framing;
#[cfg(target_os = "linux")]
mod full_disk;
mod import;
mod infer;
#[cfg(unix)]
mod kills;
mod latency;
#[cfg(feature = "wgpu-plain")]
mod launches;
mod manual;
mod multitask;
mod own_files;
mod own_space;
mod path;
#[cfg(unix)]
#[path = "../../../../tests/postgres.rs"]
mod postgres;
mod precision;
mod rank;
mod real_pictures;
#[cfg(unix)]
mod resume;
mod segmentation;
mod serve;
#[path = "../../../../tests/shared.rs"]
mod shared;
#[cfg(unix)]
#[path = "../../../../tests/stream.rs"]
mod stream;
mod together;
mod training;
