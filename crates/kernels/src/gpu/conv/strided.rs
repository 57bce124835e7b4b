//! Gradients of strided convolutions read as if zeros lay between their pixels, so that the gradient
//! of the input is that of a convolution with stride 1.
//!
//! The framework's own way divides positions without asking whether they divide.

use burn_cubecl::cubecl;
use cubecl::prelude::*;
use cubecl::std::tensor::layout::{Layout, LayoutExpand};
use cubek::convolution::components::global::layout::NhwcCoords;

/// Positions at stride 1 to those of the gradient; out of bounds where the stride skips a pixel.
#[derive(CubeType, CubeLaunch, Clone)]
pub(super) struct StridedLayout {
    #[cube(comptime)]
    stride: u32,
}

#[cube]
impl Layout for StridedLayout {
    type Coordinates = NhwcCoords;
    type SourceCoordinates = NhwcCoords;

    fn to_source_pos(&self, pos: Self::Coordinates) -> NhwcCoords {
        let stride = comptime![self.stride as i32];
        let mut spatial = Sequence::<i32>::new();
        #[unroll]
        for axis in 0..pos.spatial.len() {
            spatial.push(pos.spatial[axis] / stride);
        }
        NhwcCoords { batch: pos.batch, spatial, channel: pos.channel }
    }

    fn to_source_pos_checked(&self, pos: Self::Coordinates) -> (NhwcCoords, bool) {
        (self.to_source_pos(pos.clone()), self.is_in_bounds(pos))
    }

    fn shape(&self) -> Self::Coordinates {
        // The layouts around this one know the shapes.
        NhwcCoords { batch: u32::MAX, spatial: Sequence::new(), channel: u32::MAX }
    }

    fn is_in_bounds(&self, pos: Self::Coordinates) -> bool {
        let stride = comptime![self.stride as i32];
        let mut divides = true.runtime();
        #[unroll]
        for axis in 0..pos.spatial.len() {
            divides &= pos.spatial[axis] % stride == 0;
        }
        divides
    }
}
