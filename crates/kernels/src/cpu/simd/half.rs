//! Products of matrices of bfloat16, where the processor has instructions for them.

#![expect(unsafe_code, reason = "instructions are chosen at run time")]
#![cfg_attr(not(target_arch = "x86_64"), allow(dead_code, reason = "nothing multiplies them"))]

use super::block::Block;
use super::level::{Isa, Level};
#[cfg(target_arch = "x86_64")]
use super::{amx, pairs};

/// Multiplies blocks, on the thread that made it.
pub(crate) struct Multiplier {
    sums: unsafe fn(&Block<'_>),
    /// In use as long as the multiplier is.
    #[cfg(target_arch = "x86_64")]
    _tiles: Option<amx::Tiles>,
}

impl Multiplier {
    /// Whether an instruction set has such products.
    pub fn exists(isa: Isa) -> bool {
        matches!(isa.level(), Level::Amx | Level::Avx512Pairs)
    }

    /// Whether its products tap by tap are faster than Winograd's algorithm in float32, which saves three of four: those of
    /// tiles are, being sixteen times as many; those of pairs are twice as many.
    pub fn beats_winograd(isa: Isa) -> bool {
        isa.level() == Level::Amx
    }

    /// The one of an instruction set.
    ///
    /// # Panics
    /// If it does not exist.
    pub fn new(isa: Isa) -> Self {
        assert!(Self::exists(isa), "{:?} has no products of matrices", isa.level());
        #[cfg(target_arch = "x86_64")]
        if isa.level() == Level::Amx {
            // SAFETY: the processor has tiles, by the invariant of `Isa`.
            Self { sums: amx::sums, _tiles: Some(unsafe { amx::Tiles::new() }) }
        } else {
            Self { sums: pairs::sums, _tiles: None }
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
        // SAFETY: the processor has the instructions, and tiles are in use as long as `self` lives; memory by the caller's
        // promise.
        unsafe { (self.sums)(block) };
    }
}
