//! Recycled memory: feature maps and scratch of a training step have the same sizes in every step,
//! and fresh pages from the system cost as much as the arithmetic on them.
//!
//! Invariants: a buffer's memory is always initialised (zeroed once when it comes from the system,
//! then holding old values), 64-byte aligned, and owned by one buffer or one free list.

#![expect(unsafe_code, reason = "owns raw memory and lends it to tensors")]

use std::alloc::{Layout, alloc_zeroed, dealloc, handle_alloc_error};
use std::collections::BTreeMap;
use std::mem::MaybeUninit;
use std::ptr::NonNull;
use std::sync::{Mutex, PoisonError};

use burn_std::{AllocationController, AllocationProperty, Bytes};

/// Of every buffer, in bytes: a cache line and the widest vector.
const ALIGNMENT: usize = 64;
/// Smaller buffers all have this size, in bytes.
const SMALLEST: usize = 4096;
/// Size classes between a power of two and the next.
const CLASSES: usize = 8;

static FREE: Mutex<BTreeMap<usize, Vec<Memory>>> = Mutex::new(BTreeMap::new());

/// Memory of one size class.
struct Memory(NonNull<u8>);

// SAFETY: plain memory, owned by whoever holds the value.
unsafe impl Send for Memory {}

/// `f32` values in recycled memory.
pub(crate) struct Buffer {
    memory: NonNull<u8>,
    /// Size class, in bytes.
    size: usize,
    /// Values in use.
    len: usize,
}

// SAFETY: owns its memory like a `Vec`.
unsafe impl Send for Buffer {}
// SAFETY: shared access only reads.
unsafe impl Sync for Buffer {}

impl Buffer {
    /// `len` values of unspecified content.
    pub fn new(len: usize) -> Self {
        let size = class(len * size_of::<f32>());
        let recycled =
            FREE.lock().unwrap_or_else(PoisonError::into_inner).get_mut(&size).and_then(Vec::pop);
        let memory = recycled.map_or_else(|| fresh(size), |memory| memory.0);
        Self { memory, size, len }
    }

    /// `len` zeros.
    pub fn zeros(len: usize) -> Self {
        let mut buffer = Self::new(len);
        buffer.as_mut_slice().fill(0.0);
        buffer
    }

    pub fn as_slice(&self) -> &[f32] {
        // SAFETY: initialised, aligned, and `len` values fit the size class.
        unsafe { std::slice::from_raw_parts(self.as_ptr(), self.len) }
    }

    pub fn as_mut_slice(&mut self) -> &mut [f32] {
        // SAFETY: as above; `&mut self` makes it the only access.
        unsafe { std::slice::from_raw_parts_mut(self.as_mut_ptr(), self.len) }
    }

    pub fn as_ptr(&self) -> *const f32 {
        self.memory.as_ptr().cast()
    }

    pub fn as_mut_ptr(&mut self) -> *mut f32 {
        self.memory.as_ptr().cast()
    }

    /// Storage for a tensor, which hands the memory back when it is dropped.
    pub fn into_bytes(self) -> Bytes {
        let bytes = self.len * size_of::<f32>();
        // SAFETY: the whole size class is initialised.
        unsafe { Bytes::from_controller(Box::new(self), bytes) }
    }
}

impl Drop for Buffer {
    fn drop(&mut self) {
        let mut free = FREE.lock().unwrap_or_else(PoisonError::into_inner);
        free.entry(self.size).or_default().push(Memory(self.memory));
    }
}

impl AllocationController for Buffer {
    fn alloc_align(&self) -> usize {
        ALIGNMENT
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

/// Gives the free memory back to the system.
pub fn release() {
    let free = std::mem::take(&mut *FREE.lock().unwrap_or_else(PoisonError::into_inner));
    for (size, list) in free {
        for memory in list {
            // SAFETY: allocated with this layout, and in no other list or buffer.
            unsafe { dealloc(memory.0.as_ptr(), layout(size)) };
        }
    }
}

/// Rounds up to a size class: at most an eighth is unused.
fn class(bytes: usize) -> usize {
    let bytes = bytes.max(SMALLEST);
    let step = (bytes.next_power_of_two() / 2 / CLASSES).max(ALIGNMENT);
    bytes.next_multiple_of(step)
}

fn layout(size: usize) -> Layout {
    Layout::from_size_align(size, ALIGNMENT).expect("the sizes of tensors are far below the limit")
}

fn fresh(size: usize) -> NonNull<u8> {
    // SAFETY: the size is not zero.
    let memory = unsafe { alloc_zeroed(layout(size)) };
    NonNull::new(memory).unwrap_or_else(|| handle_alloc_error(layout(size)))
}
