//! Recycled memory: feature maps and scratch of a training step have the same sizes in every step,
//! and fresh pages from the system cost as much as the arithmetic on them.
//!
//! Invariants: a buffer's memory is always initialised (zeroed once when it comes from the system,
//! then holding old values), 64-byte aligned, and owned by one buffer or by the pool. What the pool
//! holds and lends together stays below its cap, which follows the most that was ever lent.

#![expect(unsafe_code, reason = "owns raw memory and lends it to tensors")]

use super::simd::Element;
use std::alloc::{Layout, alloc_zeroed, dealloc, handle_alloc_error};
use std::collections::BTreeMap;
use std::marker::PhantomData;
use std::mem::MaybeUninit;
use std::ptr::NonNull;
use std::sync::{Mutex, MutexGuard, PoisonError};

use burn_std::{AllocationController, AllocationProperty, Bytes};

/// Of every buffer, in bytes: a cache line and the widest vector.
const ALIGNMENT: usize = 64;
/// The framework's largest alignment: a buffer says that it has this one when the framework asks, for
/// copies are made with the alignment of the original.
const FRAMEWORK_ALIGNMENT: usize = align_of::<u128>();
/// Smaller buffers all have this size, in bytes.
const SMALLEST: usize = 4096;
/// Size classes between a power of two and the next.
const CLASSES: usize = 8;
/// A request takes an idle block that is larger than needed by up to this share of its size.
const SPARE: usize = 4;
/// Below this many bytes, blocks are never given back to the system.
const SMALLEST_CAP: usize = 64 << 20;
/// Share of the most that was lent, by which blocks may exceed it: room for changing sizes.
const CAP_SPARE: usize = 4;

/// For sanitizers (feature `exact-memory`): blocks of exactly the values asked for, never used
/// again, so that every access beyond a buffer is one beyond its allocation.
const EXACT: bool = cfg!(feature = "exact-memory");

static POOL: Mutex<Pool> = Mutex::new(Pool::new());

/// A block of one size class that nobody uses.
struct Block {
    memory: NonNull<u8>,
    size: usize,
    /// When it was handed back, in events of the pool.
    since: u64,
}

// SAFETY: plain memory, owned by whoever holds the value.
unsafe impl Send for Block {}

impl Block {
    /// Gives the memory back to the system.
    fn free(self) {
        // SAFETY: allocated with this layout, and in no pool or buffer.
        unsafe { dealloc(self.memory.as_ptr(), layout(self.size)) };
    }
}

/// Idle blocks by size, the latest last, and sums over all blocks.
struct Pool {
    idle: BTreeMap<usize, Vec<Block>>,
    idle_bytes: usize,
    used_bytes: usize,
    /// Most bytes that buffers used at once since the last release.
    peak_bytes: usize,
    events: u64,
}

impl Pool {
    const fn new() -> Self {
        Self { idle: BTreeMap::new(), idle_bytes: 0, used_bytes: 0, peak_bytes: 0, events: 0 }
    }

    /// Idle and used bytes that the pool keeps at most.
    fn cap(&self) -> usize {
        if EXACT {
            return 0;
        }
        (self.peak_bytes + self.peak_bytes / CAP_SPARE).max(SMALLEST_CAP)
    }

    /// An idle block of at least this size, counted as used; or nothing, and then a block of exactly
    /// this size is counted, which the caller allocates.
    fn lend(&mut self, size: usize) -> Option<Block> {
        let fitting = self.idle.range_mut(size..=size + size / SPARE);
        let block = fitting.map(|(_, blocks)| blocks).find_map(Vec::pop);
        let size = block.as_ref().map_or(size, |block| block.size);
        self.idle_bytes -= block.as_ref().map_or(0, |block| block.size);
        self.used_bytes += size;
        self.peak_bytes = self.peak_bytes.max(self.used_bytes);
        block
    }

    fn take_back(&mut self, memory: NonNull<u8>, size: usize) {
        self.events += 1;
        self.used_bytes -= size;
        self.idle_bytes += size;
        let block = Block { memory, size, since: self.events };
        self.idle.entry(size).or_default().push(block);
    }

    /// Takes out the blocks, those idle for longest first, that exceed the cap.
    fn excess(&mut self) -> Vec<Block> {
        let mut excess = Vec::new();
        while self.idle_bytes + self.used_bytes > self.cap() {
            let first =
                |(&size, blocks): (&usize, &Vec<Block>)| Some((blocks.first()?.since, size));
            let Some((_, size)) = self.idle.iter().filter_map(first).min() else { break };
            let blocks = self.idle.get_mut(&size).expect("the class was just found");
            excess.push(blocks.remove(0));
            if blocks.is_empty() {
                self.idle.remove(&size);
            }
            self.idle_bytes -= size;
        }
        excess
    }
}

fn pool() -> MutexGuard<'static, Pool> {
    POOL.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Memory that operations on the processor use or keep for later ones, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MemoryUse {
    /// Held by tensors and running operations.
    pub used: usize,
    /// Kept for later.
    pub idle: usize,
    /// Limit of both together; it follows the most that was used at once.
    pub cap: usize,
}

impl MemoryUse {
    /// Of the whole process, at this moment.
    pub fn now() -> Self {
        let pool = pool();
        Self { used: pool.used_bytes, idle: pool.idle_bytes, cap: pool.cap() }
    }
}

/// Values in recycled memory.
pub(crate) struct Buffer<E = f32> {
    memory: NonNull<u8>,
    /// Size class, in bytes.
    size: usize,
    /// Values in use.
    len: usize,
    values: PhantomData<E>,
}

// SAFETY: owns its memory like a `Vec`.
unsafe impl<E: Element> Send for Buffer<E> {}
// SAFETY: shared access only reads.
unsafe impl<E: Element> Sync for Buffer<E> {}

impl<E: Element> Buffer<E> {
    /// `len` values of unspecified content.
    ///
    /// # Panics
    /// If so many values are more than memory can address.
    pub fn new(len: usize) -> Self {
        let size = class(len, size_of::<E>());
        let (block, excess) = {
            let mut pool = pool();
            (pool.lend(size), pool.excess())
        };
        excess.into_iter().for_each(Block::free);
        match block {
            Some(Block { memory, size, .. }) => Self { memory, size, len, values: PhantomData },
            None => Self { memory: fresh(size), size, len, values: PhantomData },
        }
    }

    /// `len` zeros.
    pub fn zeros(len: usize) -> Self {
        let mut buffer = Self::new(len);
        buffer.as_mut_slice().fill(E::default());
        buffer
    }

    pub fn as_slice(&self) -> &[E] {
        // SAFETY: initialised, aligned, and `len` values fit the size class.
        unsafe { std::slice::from_raw_parts(self.as_ptr(), self.len) }
    }

    pub fn as_mut_slice(&mut self) -> &mut [E] {
        // SAFETY: as above; `&mut self` makes it the only access.
        unsafe { std::slice::from_raw_parts_mut(self.as_mut_ptr(), self.len) }
    }

    pub fn as_ptr(&self) -> *const E {
        self.memory.as_ptr().cast()
    }

    pub fn as_mut_ptr(&mut self) -> *mut E {
        self.memory.as_ptr().cast()
    }

    /// Storage for a tensor, which hands the memory back when it is dropped.
    pub fn into_bytes(self) -> Bytes {
        let bytes = self.len * size_of::<E>();
        // SAFETY: the whole size class is initialised.
        unsafe { Bytes::from_controller(Box::new(self), bytes) }
    }
}

impl<E> Drop for Buffer<E> {
    fn drop(&mut self) {
        let excess = {
            let mut pool = pool();
            pool.take_back(self.memory, self.size);
            pool.excess()
        };
        excess.into_iter().for_each(Block::free);
    }
}

impl<E: Element> AllocationController for Buffer<E> {
    fn alloc_align(&self) -> usize {
        FRAMEWORK_ALIGNMENT
    }

    fn property(&self) -> AllocationProperty {
        AllocationProperty::Other
    }

    unsafe fn memory_mut(&mut self) -> &mut [MaybeUninit<u8>] {
        // SAFETY: owned memory of that size.
        unsafe { std::slice::from_raw_parts_mut(self.memory.as_ptr().cast(), self.size) }
    }

    fn memory(&self) -> &[MaybeUninit<u8>] {
        // SAFETY: owned memory of that size.
        unsafe { std::slice::from_raw_parts(self.memory.as_ptr().cast(), self.size) }
    }
}

/// Gives all idle memory back to the system, and forgets how much was used at once.
pub(super) fn release() {
    let idle = {
        let mut pool = pool();
        pool.idle_bytes = 0;
        pool.peak_bytes = pool.used_bytes;
        std::mem::take(&mut pool.idle)
    };
    idle.into_values().flatten().for_each(Block::free);
}

/// The size class of `len` values of so many bytes, in bytes: at most an eighth is unused.
fn class(len: usize, value: usize) -> usize {
    let bytes = len.checked_mul(value).filter(|&bytes| bytes <= isize::MAX as usize / 4);
    let bytes = bytes.unwrap_or_else(|| panic!("{len} values do not fit in memory"));
    if EXACT {
        return bytes.max(1);
    }
    let bytes = bytes.max(SMALLEST);
    let step = (bytes.next_power_of_two() / 2 / CLASSES).max(ALIGNMENT);
    bytes.next_multiple_of(step)
}

fn layout(size: usize) -> Layout {
    Layout::from_size_align(size, ALIGNMENT).expect("size classes are far below the limit")
}

fn fresh(size: usize) -> NonNull<u8> {
    // SAFETY: the size is not zero.
    let memory = unsafe { alloc_zeroed(layout(size)) };
    NonNull::new(memory).unwrap_or_else(|| handle_alloc_error(layout(size)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(not(feature = "exact-memory"))]
    #[test]
    fn classes_waste_an_eighth_at_most() {
        for len in (1..5_000_000).step_by(9973) {
            let (bytes, size) = (len * size_of::<f32>(), class(len, size_of::<f32>()));
            assert!(
                size >= bytes && size <= (bytes + bytes / 8 + ALIGNMENT).max(SMALLEST),
                "{len}"
            );
        }
    }

    #[test]
    #[should_panic(expected = "do not fit in memory")]
    fn sizes_beyond_memory_are_refused() {
        Buffer::<f32>::new(usize::MAX / 2);
    }

    #[test]
    fn copies_of_a_tensor_in_pool_memory_are_equal() {
        let mut buffer = Buffer::<f32>::new(1000);
        buffer.as_mut_slice().fill(3.0);
        let bytes = buffer.into_bytes();
        assert_eq!(bytes.clone(), bytes);
    }

    #[cfg(not(feature = "exact-memory"))]
    #[test]
    fn sizes_that_change_stay_below_the_cap() {
        let mut pool = Pool::new();
        let mut next = 0usize;
        for round in 1..200usize {
            // Every round wants other sizes, 400 MiB in all.
            let sizes: Vec<usize> =
                (0..4).map(|k| class((20 + round % 37 + k) << 20, size_of::<f32>())).collect();
            let lent: Vec<(NonNull<u8>, usize)> = sizes
                .into_iter()
                .map(|size| {
                    if let Some(block) = pool.lend(size) {
                        return (block.memory, block.size);
                    }
                    next += 64;
                    (NonNull::without_provenance(next.try_into().expect("not zero")), size)
                })
                .collect();
            pool.excess();
            assert!(pool.idle_bytes + pool.used_bytes <= pool.cap());
            for (memory, size) in lent {
                pool.take_back(memory, size);
                pool.excess();
                assert!(pool.idle_bytes + pool.used_bytes <= pool.cap());
            }
        }
        assert_eq!(pool.used_bytes, 0);
        let blocks: usize = pool.idle.values().flatten().map(|block| block.size).sum();
        assert_eq!(blocks, pool.idle_bytes);
    }
}
