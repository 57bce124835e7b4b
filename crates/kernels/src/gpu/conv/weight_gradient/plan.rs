//! Arithmetic and blocks of a kernel, fixed when it is compiled.

use std::collections::BTreeSet;

use burn_backend::DType;
use cubecl::ir::features::MmaConfig;
use cubecl::ir::{ElemType, FloatKind, StorageType};

use crate::gpu::maps::Extent;
use crate::types::ConvGeometry;

/// Channels of a tile, in both directions.
pub(super) const TILE: usize = 32;
/// Threads per row: a warp of NVIDIA devices.
pub(super) const LANES: usize = 32;
/// Rows and columns of a product of matrix units.
pub(super) const UNIT: usize = 16;
/// Rows of threads where a kernel has one tap: they share the pixels of a block.
const ROWS_OF_ONE_TAP: usize = 8;
/// Output pixels that a block has at most.
const BLOCK_PIXELS: usize = 128;

/// Arithmetic of the product.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Product {
    /// Units that multiply matrices, with this many pixels per product.
    Matrices { pixels: usize },
    /// Plain multiplications and additions in float32.
    Plain,
}

impl Product {
    /// Arithmetic for values of this format on a device with these units.
    pub fn on(units: &BTreeSet<MmaConfig>, dtype: DType) -> Self {
        let pixels = if dtype == DType::F32 { 8 } else { 16 };
        let matrices = Self::Matrices { pixels };
        let value = matrices.staged(dtype);
        let unit = MmaConfig {
            a_type: value,
            b_type: value,
            cd_type: ElemType::Float(FloatKind::F32).into(),
            m: UNIT as u32,
            n: UNIT as u32,
            k: pixels as u32,
        };
        if units.contains(&unit) { matrices } else { Self::Plain }
    }

    /// Format of values in shared memory.
    pub fn staged(self, dtype: DType) -> StorageType {
        match (dtype, self) {
            (_, Self::Plain) => ElemType::Float(FloatKind::F32).into(),
            (DType::F32, Self::Matrices { .. }) => ElemType::Float(FloatKind::TF32).into(),
            (other, Self::Matrices { .. }) => other.into(),
        }
    }
}

/// Constants of a compiled kernel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Plan {
    pub kernel: usize,
    pub stride: usize,
    /// Rows of threads.
    pub warps: usize,
    /// Rows and columns of output pixels of a block.
    pub rows: usize,
    pub columns: usize,
    /// Output pixels per product.
    pub step: usize,
}

impl Plan {
    pub fn new(
        kernel: usize,
        geometry: ConvGeometry,
        gradient: &Extent,
        product: Product,
        shared: usize,
    ) -> Self {
        let warps = if kernel == 1 { ROWS_OF_ONE_TAP } else { kernel * kernel };
        let (step, columns) = match product {
            Product::Matrices { pixels } => (pixels, gradient.width.next_multiple_of(UNIT)),
            Product::Plain => (1, gradient.width.max(1)),
        };
        let columns = columns.min(BLOCK_PIXELS / 2);
        let mut plan = Self { kernel, stride: geometry.stride, warps, rows: 1, columns, step };
        while plan.rows * 2 * columns <= BLOCK_PIXELS
            && plan.rows < gradient.height
            && (Self { rows: plan.rows * 2, ..plan }).shared() <= shared
        {
            plan.rows *= 2;
        }
        plan
    }

    pub fn taps(self) -> usize {
        self.kernel * self.kernel
    }

    pub fn padding(self) -> usize {
        self.kernel / 2
    }

    pub fn threads(self) -> usize {
        self.warps * LANES
    }

    /// Output pixels of a block.
    pub fn pixels(self) -> usize {
        self.rows * self.columns
    }

    /// Input pixels of a block.
    pub fn input_pixels(self) -> usize {
        ((self.rows - 1) * self.stride + self.kernel) * self.input_columns()
    }

    /// Columns of input pixels of a block.
    pub fn input_columns(self) -> usize {
        (self.columns - 1) * self.stride + self.kernel
    }

    /// Shared memory in values.
    pub fn shared(self) -> usize {
        (self.pixels() + self.input_pixels()) * TILE
    }

    /// Parts that one cube leaves: rows of threads with pixels of their own.
    pub fn parts(self) -> usize {
        self.warps / self.taps()
    }
}
