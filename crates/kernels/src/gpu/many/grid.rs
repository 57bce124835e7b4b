//! Launches over many tensors of like length.

use burn_cubecl::tensor::CubeTensor;
use burn_cubecl::{CubeRuntime, cubecl};
use cubecl::client::ComputeClient;
use cubecl::prelude::*;

use super::{THREADS, lanes, launches, most};

/// A launch over some of many tensors: cubes along x share one of them, those along y take the others.
pub(super) struct Grid<R: CubeRuntime> {
    pub client: ComputeClient<R>,
    pub cubes: CubeCount,
    pub lanes: usize,
    places: Vec<usize>,
}

/// Launches that cover all tensors, with `kinds` of each bound.
pub(super) fn grids<R: CubeRuntime>(tensors: &[CubeTensor<R>], kinds: usize) -> Vec<Grid<R>> {
    let most = tensors.first().map_or(1, |tensor| most(tensor, kinds));
    launches(tensors, most).into_iter().map(|places| Grid::of(tensors, places)).collect()
}

impl<R: CubeRuntime> Grid<R> {
    fn of(tensors: &[CubeTensor<R>], places: Vec<usize>) -> Self {
        let len = |&place: &usize| tensors[place].meta.num_elements();
        let lanes = lanes(len(&places[0]));
        let longest = places.iter().map(len).max().unwrap_or(0) / lanes;
        let x = u32::try_from(longest.div_ceil(THREADS as usize)).expect("addressable");
        let cubes = CubeCount::Static(x, places.len() as u32, 1);
        Self { client: tensors[places[0]].client.clone(), cubes, lanes, places }
    }

    /// Tensors of the launch, of those at hand.
    pub fn arrays<F: Numeric, N: Size>(
        &self,
        tensors: &[CubeTensor<R>],
    ) -> SequenceArg<R, Array<Vector<F, N>>> {
        self.places.iter().map(|&place| tensors[place].clone().into_array_arg()).collect()
    }
}
