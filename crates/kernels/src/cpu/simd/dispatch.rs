//! From an instruction set chosen at run time to kernels compiled for it.

#![expect(unsafe_code, reason = "instruction sets are chosen at run time")]

use super::level::Isa;
#[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
use super::level::Level;
#[cfg(target_arch = "aarch64")]
use super::neon;
use super::portable::Portable;
use super::vector::Kernel;
#[cfg(target_arch = "x86_64")]
use super::{avx2, avx512};

/// Runs a kernel on values of bfloat16 with an instruction set, those for bfloat16 included.
///
/// # Safety
/// The kernel's pointers must be valid for what it reads and writes.
pub(crate) unsafe fn dispatch_half<K: Kernel>(isa: Isa, kernel: K) {
    #[cfg(target_arch = "x86_64")]
    if isa.level().has_half() {
        // SAFETY: the processor has it, by the invariant of `Isa`; pointers by the caller's promise.
        return unsafe { avx512::run_half(kernel) };
    }
    // SAFETY: by the caller's promise.
    unsafe { dispatch(isa, kernel) };
}

/// Runs a kernel with an instruction set.
///
/// # Safety
/// The kernel's pointers must be valid for what it reads and writes.
pub(crate) unsafe fn dispatch<K: Kernel>(isa: Isa, kernel: K) {
    match isa.level().vectors() {
        // SAFETY: the processor has it, by the invariant of `Isa`; pointers by the caller's promise.
        #[cfg(target_arch = "x86_64")]
        Level::Avx512 => unsafe { avx512::run(kernel) },
        // SAFETY: as above.
        #[cfg(target_arch = "x86_64")]
        Level::Avx2 => unsafe { avx2::run(kernel) },
        // SAFETY: as above.
        #[cfg(target_arch = "aarch64")]
        Level::Neon => unsafe { neon::run(kernel) },
        // SAFETY: needs no special instructions; pointers by the caller's promise.
        _ => unsafe { kernel.run::<Portable>() },
    }
}
