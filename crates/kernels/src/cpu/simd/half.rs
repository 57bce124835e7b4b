//! Products of matrices of bfloat16, where the processor has instructions for them.

#![expect(unsafe_code, reason = "instructions are chosen at run time")]
#![cfg_attr(not(target_arch = "x86_64"), allow(dead_code, reason = "nothing multiplies them"))]

#[cfg(target_arch = "x86_64")]
use super::amx;
use super::block::Block;
use super::level::{Isa, Level};

/// Multiplies blocks, on the thread that made it.
pub(crate) struct Multiplier {
    sums: unsafe fn(&Block<'_>),
    /// In use as long as the multiplier is.
    #[cfg(target_arch = "x86_64")]
    _tiles: amx::Tiles,
}

impl Multiplier {
    /// Whether an instruction set has such products.
    pub fn exists(isa: Isa) -> bool {
        isa.level() == Level::Amx
    }

    /// The one of an instruction set.
    ///
    /// # Panics
    /// If it does not exist.
    pub fn new(isa: Isa) -> Self {
        assert!(Self::exists(isa), "{:?} has no products of matrices", isa.level());
        #[cfg(target_arch = "x86_64")]
        {
            // SAFETY: the processor has tiles, by the invariant of `Isa`.
            Self { sums: amx::sums, _tiles: unsafe { amx::Tiles::new() } }
        }
        #[cfg(not(target_arch = "x86_64"))]
        unreachable!("no other processor has this level")
    }

    /// Computes a block of sums.
    ///
    /// # Safety
    /// The block's promise is kept.
    pub unsafe fn sums(&self, block: &Block<'_>) {
        #[cfg(feature = "exact-memory")]
        // SAFETY: by the caller's promise.
        unsafe {
            block.touch();
        }
        // SAFETY: tiles are in use as long as `self` lives; memory by the caller's promise.
        unsafe { (self.sums)(block) };
    }
}
