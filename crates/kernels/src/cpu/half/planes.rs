//! Operands of weight gradients: sums run over pixels, which must lie one after the other.

#![expect(unsafe_code, unsafe_op_in_unsafe_fn, reason = "innermost loops on raw pointers")]

use std::ops::Range;

use burn_std::bf16;

use super::grid::{Grid, Segment};
use super::weights::PIECE;
use crate::cpu::channels::Lane;
use crate::cpu::memory::Buffer;
use crate::cpu::simd::{DEPTH, Rows, RowsMut, Simd, TILE};
use crate::cpu::tile::Panels;

/// Values of a cache line, and of the vectors below.
const LINE: usize = 32;

/// Inputs as planes: `[input][phase][position]`, inputs rounded up to a multiple of [`TILE`].
pub(super) struct Planes {
    values: Buffer<bf16>,
    /// Values from one plane to the next.
    len: usize,
    /// Bytes from an output's position to the pixel of every tap.
    pub offsets: Vec<isize>,
}

impl Planes {
    /// Some of the channels of segments, for outputs that end before position `end`.
    ///
    /// # Safety
    /// `from` points to the maps for which the grid was made, of so many channels.
    #[inline(always)]
    pub unsafe fn new<S: Simd>(
        grid: &Grid,
        segments: &[Segment],
        end: usize,
        from: *const bf16,
        channels: usize,
        inputs: Range<usize>,
    ) -> Self {
        let phase_len = (end + grid.reach()).next_multiple_of(LINE);
        // Lines of neighbouring planes fall into different sets of the cache.
        let len = phase_len * grid.phases.len() + LINE;
        let mut values = Buffer::<bf16>::new(len * inputs.len().next_multiple_of(TILE));
        let zeros = vec![bf16::ZERO; channels];
        let mut sources = vec![zeros.as_ptr(); phase_len];
        for phase in 0..grid.phases.len() {
            sources.fill(zeros.as_ptr());
            for run in grid.runs(segments, phase) {
                let Some(pixel) = run.pixel else { continue };
                for (index, source) in sources[run.position..][..run.count].iter_mut().enumerate() {
                    *source = from.wrapping_add((pixel + index * grid.pixel_step()) * channels);
                }
            }
            let to = values.as_mut_ptr().wrapping_add(phase * phase_len);
            for (chunk, sources) in sources.chunks_exact(LINE).enumerate() {
                transpose::<S>(sources, inputs.clone(), to.wrapping_add(chunk * LINE), len);
            }
        }
        let bytes = |distance| (distance * size_of::<bf16>()) as isize;
        let offsets = grid.distances(phase_len).into_iter().map(bytes).collect();
        Self { values, len, offsets }
    }

    /// The first position of an input, counted from the first one here.
    pub fn plane(&self, input: usize) -> *const bf16 {
        self.values.as_ptr().wrapping_add(input * self.len)
    }

    /// Bytes from one plane to the next.
    pub fn stride(&self) -> usize {
        self.len * size_of::<bf16>()
    }
}

/// Writes [`LINE`] pixels to planes `len` apart.
#[inline(always)]
unsafe fn transpose<S: Simd>(
    sources: &[*const bf16],
    inputs: Range<usize>,
    to: *mut bf16,
    len: usize,
) {
    let mut pairs = [0.0f32; TILE * TILE];
    for lane in Lane::all::<S>(inputs.len()) {
        for (pair, sources) in sources.chunks_exact(2).enumerate() {
            let [even, odd] =
                [sources[0], sources[1]].map(|source| source.add(inputs.start + lane.channel));
            S::store(pairs.as_mut_ptr().add(pair * S::LANES), S::load_pairs(even, odd, lane.count));
        }
        let from = Rows { first: pairs.as_ptr(), stride: S::LANES };
        let to = to.add(lane.channel * len).cast();
        S::transpose(
            from,
            [LINE / 2, lane.count],
            RowsMut { first: to, stride: len / 2 },
            LINE / 2,
        );
    }
}

/// Gradients of outputs by pairs of positions: `[panel][chunk of positions][vector of outputs][pair][output]`, zeros between
/// the outputs of two rows.
pub(super) struct Pairs {
    values: Buffer<bf16>,
    /// Chunks of [`DEPTH`] positions.
    pub chunks: usize,
    panels: Panels,
}

impl Pairs {
    /// The gradients of segments.
    ///
    /// # Safety
    /// `from` points to the gradients of a grid's outputs.
    #[inline(always)]
    pub unsafe fn new<S: Simd>(
        grid: &Grid,
        segments: &[Segment],
        height: usize,
        from: *const bf16,
        panels: Panels,
    ) -> Self {
        let chunks = grid.positions(segments).div_ceil(DEPTH);
        let zeros = vec![bf16::ZERO; panels.columns];
        let mut sources = vec![zeros.as_ptr(); chunks * DEPTH];
        for segment in segments {
            for (row, line) in segment.lines.clone().enumerate() {
                let pixel = (segment.picture * height + line) * grid.width;
                let first = grid.first(segment) + row * grid.pitch;
                for (column, source) in sources[first..][..grid.width].iter_mut().enumerate() {
                    *source = from.wrapping_add((pixel + column) * panels.columns);
                }
            }
        }
        let len = chunks * panels.padded() / TILE * PIECE;
        let mut result = Self { values: Buffer::<bf16>::new(len), chunks, panels };
        for panel in 0..panels.count() {
            let columns = panels.get(panel);
            let mut to = result.values.as_mut_ptr().wrapping_add(result.start(panel));
            for sources in sources.chunks_exact(DEPTH) {
                for vector in 0..columns.vectors {
                    let outputs = columns.outputs(vector, S::LANES);
                    for sources in sources.chunks_exact(2) {
                        let [even, odd] =
                            [sources[0], sources[1]].map(|source| source.add(outputs.start));
                        S::store(to.cast(), S::load_pairs(even, odd, outputs.len()));
                        to = to.add(2 * S::LANES);
                    }
                }
            }
        }
        result
    }

    pub fn panel(&self, index: usize) -> *const bf16 {
        self.values.as_ptr().wrapping_add(self.start(index))
    }

    fn start(&self, panel: usize) -> usize {
        self.panels.get(panel).start / TILE * self.chunks * PIECE
    }
}
