//! Products of matrices of bfloat16 in tile registers of x86-64 (AMX).
//!
//! A tile holds 16 rows of 64 bytes. One instruction adds the product of 16 rows of 32 values and 32 rows of 16 columns,
//! which are stored by pairs of rows, to 16 x 16 sums in float32. The compiler has no stable intrinsics for it, so that a
//! whole sum of products is one block of assembly: no tile has to live on from one block to the next.

#![expect(unsafe_code, reason = "instructions without intrinsics")]

use core::arch::asm;
use core::arch::x86_64::__cpuid_count;
use core::marker::PhantomData;

use super::block::{Block, TILE};

/// Whether the processor has tiles of bfloat16 and the operating system lets the process use them.
pub(super) fn available() -> bool {
    const TILES_OF_BFLOAT16: u32 = 1 << 22 | 1 << 24;
    let leaves = __cpuid_count(0, 0).eax;
    leaves >= 7 && __cpuid_count(7, 0).edx & TILES_OF_BFLOAT16 == TILES_OF_BFLOAT16 && permitted()
}

/// Asks the operating system for room for the registers in the state of every thread; it is granted once for all threads.
#[cfg(target_os = "linux")]
fn permitted() -> bool {
    const REQUEST_PERMISSION: libc::c_ulong = 0x1023;
    const TILE_DATA: libc::c_ulong = 18;
    // SAFETY: takes two numbers and touches no memory of the program.
    unsafe { libc::syscall(libc::SYS_arch_prctl, REQUEST_PERMISSION, TILE_DATA) == 0 }
}

/// Other systems have other ways, or none.
#[cfg(not(target_os = "linux"))]
fn permitted() -> bool {
    false
}

/// Shapes of the tile registers, as the processor reads them.
#[repr(C, align(64))]
struct Shapes {
    palette: u8,
    start_row: u8,
    reserved: [u8; 14],
    /// Bytes per row.
    columns: [u16; 16],
    rows: [u8; 16],
}

static SHAPES: Shapes = Shapes {
    palette: 1,
    start_row: 0,
    reserved: [0; 14],
    columns: [64, 64, 64, 64, 64, 64, 64, 64, 0, 0, 0, 0, 0, 0, 0, 0],
    rows: [16, 16, 16, 16, 16, 16, 16, 16, 0, 0, 0, 0, 0, 0, 0, 0],
};

/// The tile registers of this thread, in use until it is dropped: a thread that has none in use is switched faster.
pub(crate) struct Tiles(PhantomData<*const ()>);

impl Tiles {
    /// # Safety
    /// [`available`] said so.
    pub unsafe fn new() -> Self {
        // SAFETY: reads 64 bytes; the processor has the instruction.
        unsafe {
            asm!("ldtilecfg [{}]", in(reg) &raw const SHAPES, options(nostack, preserves_flags, readonly));
        }
        Self(PhantomData)
    }
}

impl Drop for Tiles {
    fn drop(&mut self) {
        // SAFETY: exists only where the processor has the instruction.
        unsafe { asm!("tilerelease", options(nostack, preserves_flags, nomem)) };
    }
}

/// A block as the assembly reads it: eight-byte fields at fixed offsets, strides in bytes.
#[repr(C)]
struct Job {
    left: *const u8,
    left_stride: usize,
    left_second: usize,
    offsets: *const isize,
    taps: usize,
    chunks: usize,
    right: *const u8,
    sums: *mut u8,
    sums_stride: usize,
    sums_second: usize,
    add: usize,
}

/// A block's loops around the instructions of one tile shape: `load` and `clear` begin the sums, `step` adds a chunk of 32
/// values, `store` ends.
macro_rules! tiles {
    ($job:expr, $right:literal, clear: [$($clear:literal),*], load: [$($load:literal),*],
     step: [$($step:literal),*], store: [$($store:literal),*]) => {
        asm!(
            "mov r12, [rdi + 56]",
            "mov r13, [rdi + 64]",
            "mov r14, [rdi + 72]",
            "add r14, r12",
            "cmp qword ptr [rdi + 80], 0",
            "je 4f",
            $($load,)*
            "jmp 5f",
            "4:",
            $($clear,)*
            "5:",
            "mov rsi, [rdi + 8]",
            "mov r8, [rdi + 24]",
            "mov r9, [rdi + 32]",
            "mov r10, [rdi + 48]",
            "mov r11d, 64",
            "2:",
            "mov rax, [r8]",
            "add rax, [rdi]",
            "mov rcx, [rdi + 16]",
            "add rcx, rax",
            "mov rdx, [rdi + 40]",
            "3:",
            $($step,)*
            // Packed weights are read once per block, from a farther cache: half of the lines of a chunk to come are asked
            // for, and the others follow by themselves.
            "prefetcht0 [r10 + 8192]", "prefetcht0 [r10 + 8256]",
            "prefetcht0 [r10 + 8320]", "prefetcht0 [r10 + 8384]",
            "prefetcht0 [r10 + 8448]", "prefetcht0 [r10 + 8512]",
            "prefetcht0 [r10 + 8576]", "prefetcht0 [r10 + 8640]",
            "prefetcht0 [r10 + 8704]", "prefetcht0 [r10 + 8768]",
            "prefetcht0 [r10 + 8832]", "prefetcht0 [r10 + 8896]",
            "prefetcht0 [r10 + 8960]", "prefetcht0 [r10 + 9024]",
            "prefetcht0 [r10 + 9088]", "prefetcht0 [r10 + 9152]",
            "add rax, 64",
            "add rcx, 64",
            concat!("add r10, ", $right),
            "dec rdx",
            "jnz 3b",
            "add r8, 8",
            "dec r9",
            "jnz 2b",
            $($store,)*
            in("rdi") $job,
            out("rax") _, out("rcx") _, out("rdx") _, out("rsi") _,
            out("r8") _, out("r9") _, out("r10") _, out("r11") _,
            out("r12") _, out("r13") _, out("r14") _,
            out("tmm0") _, out("tmm1") _, out("tmm2") _, out("tmm3") _,
            out("tmm4") _, out("tmm5") _, out("tmm6") _, out("tmm7") _,
            options(nostack),
        )
    };
}

/// Computes a block of sums.
///
/// # Safety
/// As for [`Block`]; [`Tiles`] are in use on this thread.
pub(crate) unsafe fn sums(block: &Block<'_>) {
    let job = Job {
        left: block.left.cast(),
        left_stride: block.left_stride,
        left_second: TILE * block.left_stride,
        offsets: block.offsets.as_ptr(),
        taps: block.offsets.len(),
        chunks: block.chunks,
        right: block.right.cast(),
        sums: block.sums.cast(),
        sums_stride: block.sums_stride,
        sums_second: TILE * block.sums_stride,
        add: usize::from(block.add),
    };
    assert!(job.taps > 0 && job.chunks > 0, "a block has products");
    let job = &raw const job;
    // SAFETY: reads and writes what the block's owner promised.
    unsafe {
        match (block.rows > TILE, block.columns > TILE) {
            (true, true) => tiles!(
                job, "2048",
                clear: ["tilezero tmm0", "tilezero tmm1", "tilezero tmm2", "tilezero tmm3"],
                load: [
                    "tileloadd tmm0, [r12 + r13*1]",
                    "tileloadd tmm1, [r12 + r13*1 + 64]",
                    "tileloadd tmm2, [r14 + r13*1]",
                    "tileloadd tmm3, [r14 + r13*1 + 64]"
                ],
                step: [
                    "tileloadd tmm6, [r10 + r11*1]",
                    "tileloadd tmm4, [rax + rsi*1]",
                    "tdpbf16ps tmm0, tmm4, tmm6",
                    "tileloadd tmm7, [r10 + r11*1 + 1024]",
                    "tdpbf16ps tmm1, tmm4, tmm7",
                    "tileloadd tmm5, [rcx + rsi*1]",
                    "tdpbf16ps tmm2, tmm5, tmm6",
                    "tdpbf16ps tmm3, tmm5, tmm7"
                ],
                store: [
                    "tilestored [r12 + r13*1], tmm0",
                    "tilestored [r12 + r13*1 + 64], tmm1",
                    "tilestored [r14 + r13*1], tmm2",
                    "tilestored [r14 + r13*1 + 64], tmm3"
                ]
            ),
            (true, false) => tiles!(
                job, "1024",
                clear: ["tilezero tmm0", "tilezero tmm2"],
                load: ["tileloadd tmm0, [r12 + r13*1]", "tileloadd tmm2, [r14 + r13*1]"],
                step: [
                    "tileloadd tmm6, [r10 + r11*1]",
                    "tileloadd tmm4, [rax + rsi*1]",
                    "tdpbf16ps tmm0, tmm4, tmm6",
                    "tileloadd tmm5, [rcx + rsi*1]",
                    "tdpbf16ps tmm2, tmm5, tmm6"
                ],
                store: ["tilestored [r12 + r13*1], tmm0", "tilestored [r14 + r13*1], tmm2"]
            ),
            (false, true) => tiles!(
                job, "2048",
                clear: ["tilezero tmm0", "tilezero tmm1"],
                load: ["tileloadd tmm0, [r12 + r13*1]", "tileloadd tmm1, [r12 + r13*1 + 64]"],
                step: [
                    "tileloadd tmm4, [rax + rsi*1]",
                    "tileloadd tmm6, [r10 + r11*1]",
                    "tdpbf16ps tmm0, tmm4, tmm6",
                    "tileloadd tmm7, [r10 + r11*1 + 1024]",
                    "tdpbf16ps tmm1, tmm4, tmm7"
                ],
                store: ["tilestored [r12 + r13*1], tmm0", "tilestored [r12 + r13*1 + 64], tmm1"]
            ),
            (false, false) => tiles!(
                job, "1024",
                clear: ["tilezero tmm0"],
                load: ["tileloadd tmm0, [r12 + r13*1]"],
                step: [
                    "tileloadd tmm4, [rax + rsi*1]",
                    "tileloadd tmm6, [r10 + r11*1]",
                    "tdpbf16ps tmm0, tmm4, tmm6"
                ],
                store: ["tilestored [r12 + r13*1], tmm0"]
            ),
        }
    }
}
