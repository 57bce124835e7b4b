//! The reference numbers on a GPU, or on software Vulkan.
//!
//! `cargo test --package scalenas-model --features wgpu --test gpu`

#![cfg(any(feature = "wgpu", feature = "vulkan", feature = "cuda"))]

mod backend;
#[path = "../suite/common/mod.rs"]
mod common;
#[path = "../suite/golden.rs"]
mod golden;
