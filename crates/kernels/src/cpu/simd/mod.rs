//! Vector instructions behind one trait, chosen at run time.
//!
//! A kernel is a struct that implements [`Kernel`]; [`dispatch`] runs it with the instructions that
//! its operation chose. Kernels are inlined into one function per instruction set, so
//! everything they call on their way must be `#[inline(always)]`.
//!
//! Invariant: [`Portable`] is the reference; every other set differs from it by rounding only.

#[cfg(target_arch = "x86_64")]
mod amx;
#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(target_arch = "x86_64")]
mod avx512;
mod block;
mod dispatch;
mod element;
mod half;
mod level;
#[cfg(target_arch = "aarch64")]
mod neon;
#[cfg(target_arch = "x86_64")]
mod pairs;
mod portable;
mod vector;

pub(crate) use block::{BLOCK, Block, DEPTH, TILE};
pub(crate) use dispatch::{dispatch, dispatch_half};
pub(crate) use element::Element;
pub(crate) use half::Multiplier;
pub use level::Level;
pub(crate) use level::{Isa, MAX_LANES};
pub(crate) use vector::{Kernel, Rows, RowsMut, Simd};
