//! Launches over many tensors of like length.

use burn_cubecl::tensor::CubeTensor;
use burn_cubecl::{CubeRuntime, cubecl};
use cubecl::prelude::*;

use super::{THREADS, lanes};

/// Cubes along x share a tensor, those along y take the others.
pub(super) struct Grid {
    pub cubes: CubeCount,
    pub lanes: usize,
}

impl Grid {
    pub fn of<R: CubeRuntime>(tensors: &[CubeTensor<R>], places: &[usize]) -> Self {
        let len = |&place: &usize| tensors[place].meta.num_elements();
        let lanes = lanes(len(&places[0]));
        let longest = places.iter().map(len).max().unwrap_or(0) / lanes;
        let x = u32::try_from(longest.div_ceil(THREADS as usize)).expect("addressable");
        Self { cubes: CubeCount::Static(x, places.len() as u32, 1), lanes }
    }
}

/// Tensors that one launch takes.
pub(super) fn arrays<R: CubeRuntime, F: Numeric, N: Size>(
    tensors: &[CubeTensor<R>],
    places: &[usize],
) -> SequenceArg<R, Array<Vector<F, N>>> {
    places.iter().map(|&place| tensors[place].clone().into_array_arg()).collect()
}
