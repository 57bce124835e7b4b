//! Kernels for the processor: features channels last, register tiles per instruction set, work
//! split over all cores.

mod backend;
mod channels;
mod conv;
mod convert;
mod epilogue;
mod fuse;
mod half;
mod lanes;
mod many;
mod maps;
mod memory;
mod norm;
mod operations;
mod parallel;
mod peak;
mod pixels;
mod pointwise;
mod simd;
mod tile;
mod winograd;

pub use memory::MemoryUse;
pub use parallel::on_pool;
pub use peak::Peak;
pub use simd::Level;

/// Gives memory that operations keep for later ones back to the system, rearranged weights of
/// networks that are gone included.
pub fn release_memory() {
    conv::purge();
    memory::release();
}
