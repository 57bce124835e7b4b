//! Instruction sets: those of the processor, and the one that an operation uses.
//!
//! An operation reads its instruction set once, as an [`Isa`], and hands it to all of its kernels:
//! buffers laid out for one vector width are never written with another.

use std::cell::Cell;
use std::sync::OnceLock;

/// Values in the widest vector of all instruction sets.
pub(crate) const MAX_LANES: usize = 16;

/// An instruction set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Level {
    /// Plain arithmetic, one value at a time.
    Portable,
    /// 128-bit vectors of ARM.
    Neon,
    /// 256-bit vectors with fused multiply-add.
    Avx2,
    /// 512-bit vectors.
    Avx512,
    /// 512-bit vectors, with instructions that round to bfloat16.
    Avx512Half,
    /// 512-bit vectors, and products of pairs of bfloat16 at the rate of products of float32.
    Avx512Pairs,
    /// 512-bit vectors, and products of matrices of bfloat16.
    Amx,
}

thread_local! {
    static OVERRIDE: Cell<Option<Isa>> = const { Cell::new(None) };
}

impl Level {
    /// The one that operations started by this thread use: the best of the processor, except inside
    /// [`Level::scope`].
    pub fn current() -> Self {
        Isa::current().level()
    }

    /// Instruction sets of this processor, best first.
    pub fn available() -> Vec<Self> {
        let mut levels = Vec::new();
        #[cfg(target_arch = "x86_64")]
        {
            let avx2 = is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma");
            // The 512-bit kernels use 256-bit instructions, too.
            let avx512 = avx2
                && is_x86_feature_detected!("avx512f")
                && is_x86_feature_detected!("avx512bw")
                && is_x86_feature_detected!("avx512vl");
            let half = avx512 && is_x86_feature_detected!("avx512bf16");
            if half && super::amx::available() {
                levels.push(Self::Amx);
            }
            if half && super::pairs::are_fast() {
                levels.push(Self::Avx512Pairs);
            }
            if half {
                levels.push(Self::Avx512Half);
            }
            if avx512 {
                levels.push(Self::Avx512);
            }
            if avx2 {
                levels.push(Self::Avx2);
            }
        }
        #[cfg(target_arch = "aarch64")]
        levels.push(Self::Neon);
        levels.push(Self::Portable);
        levels
    }

    /// Values in a vector.
    pub const fn lanes(self) -> usize {
        match self {
            Self::Portable | Self::Neon => 4,
            Self::Avx2 => 8,
            Self::Avx512 | Self::Avx512Half | Self::Avx512Pairs | Self::Amx => 16,
        }
    }

    /// The one whose vectors it has: all that matters for float32.
    #[must_use]
    pub const fn vectors(self) -> Self {
        match self {
            Self::Avx512Half | Self::Avx512Pairs | Self::Amx => Self::Avx512,
            level => level,
        }
    }

    /// Whether it has instructions for values of bfloat16.
    #[cfg(target_arch = "x86_64")]
    pub(crate) const fn has_half(self) -> bool {
        matches!(self, Self::Avx512Half | Self::Avx512Pairs | Self::Amx)
    }

    /// Runs a program whose operations, as far as this thread starts them, use this instruction set:
    /// for comparisons. Other threads are not affected, and scopes may be nested.
    ///
    /// # Panics
    /// If the processor does not have it.
    pub fn scope<R>(self, program: impl FnOnce() -> R) -> R {
        assert!(Self::available().contains(&self), "this processor has no {self:?}");
        let _restore = Restore(OVERRIDE.replace(Some(Isa(self))));
        program()
    }
}

/// Ends a scope, on a panic as well.
struct Restore(Option<Isa>);

impl Drop for Restore {
    fn drop(&mut self) {
        OVERRIDE.set(self.0);
    }
}

/// An instruction set that the processor has, chosen for one operation.
///
/// Invariant: exists for instruction sets of this processor only.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Isa(Level);

impl Isa {
    /// The one for an operation that this thread starts now.
    pub fn current() -> Self {
        static BEST: OnceLock<Level> = OnceLock::new();
        OVERRIDE.get().unwrap_or_else(|| Self(*BEST.get_or_init(|| Level::available()[0])))
    }

    pub fn level(self) -> Level {
        self.0
    }

    /// Values in a vector.
    pub fn lanes(self) -> usize {
        self.0.lanes()
    }
}
