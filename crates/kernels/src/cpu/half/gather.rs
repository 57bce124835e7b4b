//! Input pixels copied to where a grid wants them.

#![expect(unsafe_code, reason = "pixels are copied through pointers")]

use burn_std::bf16;

use super::grid::{Grid, Run, Segment};
use crate::cpu::memory::Buffer;
use crate::cpu::simd::{BLOCK, DEPTH};

/// Pixels of segments: `[phase][position][channel]`, channels rounded up to a multiple of [`DEPTH`] with zeros.
pub(super) struct Gathered {
    first: *const bf16,
    /// The copy, where the maps do not lie like this already.
    _copy: Option<Buffer<bf16>>,
    /// Bytes from one pixel to the next.
    pub stride: usize,
    /// Bytes from an output's position to the pixel of every tap.
    pub offsets: Vec<isize>,
}

impl Gathered {
    /// # Safety
    /// `from` points to the maps for which the grid was made; they outlive the result.
    pub unsafe fn new(grid: &Grid, segments: &[Segment], from: *const bf16) -> Self {
        let channels = grid.channels();
        if channels.is_multiple_of(DEPTH)
            && let Some(pixel) = grid.plain(segments)
        {
            let first = from.wrapping_add(pixel * channels);
            return Self {
                first,
                _copy: None,
                stride: channels * size_of::<bf16>(),
                offsets: vec![0],
            };
        }
        let depth = channels.next_multiple_of(DEPTH);
        // A block of outputs may reach beyond the last one.
        let phase_len = grid.positions(segments) + grid.reach() + BLOCK;
        let mut pixels = Buffer::<bf16>::new(phase_len * grid.phases.len() * depth);
        for phase in 0..grid.phases.len() {
            for run in grid.runs(segments, phase) {
                let to =
                    pixels.as_mut_ptr().wrapping_add((phase * phase_len + run.position) * depth);
                // SAFETY: runs lie inside the maps and inside the positions of their phase.
                unsafe { copy(run, from, to, [channels, depth], grid.pixel_step()) };
            }
        }
        let stride = depth * size_of::<bf16>();
        let distances = grid.distances(phase_len);
        let offsets = distances.into_iter().map(|distance| (distance * stride) as isize).collect();
        Self { first: pixels.as_ptr(), _copy: Some(pixels), stride, offsets }
    }

    pub fn position(&self, position: usize) -> *const bf16 {
        self.first.wrapping_byte_add(position * self.stride)
    }
}

/// # Safety
/// Pixels of the run are readable, and its positions writable.
unsafe fn copy(
    run: Run,
    from: *const bf16,
    to: *mut bf16,
    [channels, depth]: [usize; 2],
    step: usize,
) {
    // SAFETY: by the caller's promise; all zeros are a value.
    unsafe {
        let Some(pixel) = run.pixel else {
            to.write_bytes(0, run.count * depth);
            return;
        };
        let from = from.add(pixel * channels);
        if channels == depth && step == 1 {
            from.copy_to_nonoverlapping(to, run.count * depth);
            return;
        }
        for index in 0..run.count {
            let (from, to) = (from.add(index * step * channels), to.add(index * depth));
            if channels < DEPTH {
                // A few values: no call is worth it.
                let mut chunk = [bf16::ZERO; DEPTH];
                for (channel, value) in chunk.iter_mut().enumerate().take(channels) {
                    *value = *from.add(channel);
                }
                to.cast::<[bf16; DEPTH]>().write_unaligned(chunk);
            } else {
                from.copy_to_nonoverlapping(to, channels);
                to.add(channels).write_bytes(0, depth - channels);
            }
        }
    }
}
