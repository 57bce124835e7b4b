//! The processor's kernels: values, gradients, shapes, threads.

#[path = "../common/mod.rs"]
mod common;

mod adam;
mod autodiff;
mod conv;
mod group;
mod half;
mod many;
mod norm;
mod pixels;
mod shapes;
mod threads;
