//! Which instruction set is used.

use std::sync::atomic::{AtomicU8, Ordering};

/// An instruction set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Level {
    /// Plain arithmetic, one value at a time.
    Portable = 1,
    /// 128-bit vectors of ARM.
    Neon = 2,
    /// 256-bit vectors with fused multiply-add.
    Avx2 = 3,
    /// 512-bit vectors.
    Avx512 = 4,
}

static CURRENT: AtomicU8 = AtomicU8::new(0);

impl Level {
    /// The one in use: the best of the processor unless [`Level::select`] chose another.
    pub fn current() -> Self {
        match CURRENT.load(Ordering::Relaxed) {
            1 => Self::Portable,
            2 => Self::Neon,
            3 => Self::Avx2,
            4 => Self::Avx512,
            _ => {
                let best = Self::available()[0];
                CURRENT.store(best as u8, Ordering::Relaxed);
                best
            }
        }
    }

    /// What this processor has, best first.
    pub fn available() -> Vec<Self> {
        let mut levels = Vec::new();
        #[cfg(target_arch = "x86_64")]
        {
            if is_x86_feature_detected!("avx512f") && is_x86_feature_detected!("avx512vl") {
                levels.push(Self::Avx512);
            }
            if is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma") {
                levels.push(Self::Avx2);
            }
        }
        #[cfg(target_arch = "aarch64")]
        levels.push(Self::Neon);
        levels.push(Self::Portable);
        levels
    }

    /// Values in a vector.
    pub fn lanes(self) -> usize {
        match self {
            Self::Portable | Self::Neon => 4,
            Self::Avx2 => 8,
            Self::Avx512 => 16,
        }
    }

    /// Uses this instruction set from now on, in the whole process, for comparisons. Not to be
    /// called while operations run.
    ///
    /// # Panics
    /// If the processor does not have it.
    pub fn select(self) {
        assert!(Self::available().contains(&self), "this processor has no {self:?}");
        CURRENT.store(self as u8, Ordering::Relaxed);
    }
}
