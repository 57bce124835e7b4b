//! The fusion sum with nearest upsampling and activation, and its gradient.

#![expect(unsafe_code, reason = "kernels check bounds themselves, where a thread may leave them")]

use burn_cubecl::{CubeRuntime, cubecl};
use cubecl::prelude::*;

use super::grid::elementwise;
use super::maps::{Extent, Maps, common_lanes};
use super::vectors::{load, relu};
use crate::types::Activation;

/// Edges that one launch adds: as many as a branch has neighbours.
pub(super) const MOST_EDGES: usize = 3;

/// `activation(target + Σ upsample(edge))`, for at most [`MOST_EDGES`] edges.
pub(super) fn forward<R: CubeRuntime>(
    target: &Maps<R>,
    edges: &[Maps<R>],
    activation: Activation,
) -> Maps<R> {
    assert!(edges.len() <= MOST_EDGES, "the caller cuts the edges");
    for edge in edges {
        check_edge(target, edge);
    }
    let output = target.new_like(target.extent);
    let lanes = common_lanes(&[target, &output])
        .min(edges.iter().map(Maps::lanes).min().unwrap_or(usize::MAX));
    let (count, dim) = elementwise(target.tensor(), target.extent.len() / lanes);
    let edge = |index: usize| edges.get(index).map(Maps::arg).into();
    let factor = |index: usize| {
        edges.get(index).map_or(1, |edge| target.extent.width / edge.extent.width.max(1))
    };
    // SAFETY: threads beyond the last vector do nothing, and edges cover the target.
    unsafe {
        add_edges::launch_unchecked(
            &target.tensor().client,
            count,
            dim,
            lanes,
            target.arg(),
            edge(0),
            edge(1),
            edge(2),
            output.arg(),
            target.extent.height,
            target.extent.width,
            [factor(0), factor(1), factor(2)],
            activation == Activation::Relu,
            target.tensor().dtype.into(),
        );
    }
    output
}

/// Edges are whole times smaller, the same in both directions.
fn check_edge<R: CubeRuntime>(target: &Maps<R>, edge: &Maps<R>) {
    let (fine, coarse) = (target.extent, edge.extent);
    let factor = fine.width / coarse.width.max(1);
    let repeated =
        Extent { height: coarse.height * factor, width: coarse.width * factor, ..coarse };
    assert_eq!(repeated, fine, "an edge of extent {coarse:?}");
    assert_eq!(edge.tensor().dtype, target.tensor().dtype, "an edge of another number format");
}

/// Gradient of an edge of extent `edge`: sums over the pixels that each of its pixels became.
pub(super) fn edge_gradient<R: CubeRuntime>(gradient: &Maps<R>, edge: Extent) -> Maps<R> {
    let output = gradient.new_like(edge);
    let lanes = gradient.lanes().min(output.lanes());
    let (count, dim) = elementwise(gradient.tensor(), edge.len() / lanes);
    // SAFETY: threads beyond the last vector do nothing; every coarse pixel has its fine ones.
    unsafe {
        add_pixels::launch_unchecked(
            &gradient.tensor().client,
            count,
            dim,
            lanes,
            gradient.arg(),
            output.arg(),
            edge.width,
            gradient.extent.height / edge.height,
            gradient.extent.width / edge.width,
            gradient.tensor().dtype.into(),
        );
    }
    output
}

#[cube(launch_unchecked)]
fn add_edges<F: Float, N: Size>(
    target: &Tensor<Vector<F, N>>,
    first: &ComptimeOption<Tensor<Vector<F, N>>>,
    second: &ComptimeOption<Tensor<Vector<F, N>>>,
    third: &ComptimeOption<Tensor<Vector<F, N>>>,
    output: &mut Tensor<Vector<F, N>>,
    height: usize,
    width: usize,
    #[comptime] factors: [usize; 3],
    #[comptime] with_relu: bool,
    #[define(F)] _dtype: StorageType,
) {
    if ABSOLUTE_POS >= output.len() {
        terminate!();
    }
    let vectors = output.shape(1) / output.vector_size();
    let (pixel, vector) = (ABSOLUTE_POS / vectors, ABSOLUTE_POS % vectors);
    let (line, x) = (pixel / width, pixel % width);
    let (picture, y) = (line / height, line % height);
    let mut value = load::<F, N>(target, pixel, vector);
    #[comptime]
    if let ComptimeOption::Some(edge) = first {
        let factor = comptime![factors[0]];
        let at = ((picture * (height / factor) + y / factor) * (width / factor)) + x / factor;
        value += load::<F, N>(edge, at, vector);
    }
    #[comptime]
    if let ComptimeOption::Some(edge) = second {
        let factor = comptime![factors[1]];
        let at = ((picture * (height / factor) + y / factor) * (width / factor)) + x / factor;
        value += load::<F, N>(edge, at, vector);
    }
    #[comptime]
    if let ComptimeOption::Some(edge) = third {
        let factor = comptime![factors[2]];
        let at = ((picture * (height / factor) + y / factor) * (width / factor)) + x / factor;
        value += load::<F, N>(edge, at, vector);
    }
    if comptime![with_relu] {
        value = relu(value);
    }
    output[ABSOLUTE_POS] = Vector::cast_from(value);
}

#[cube(launch_unchecked)]
fn add_pixels<F: Float, N: Size>(
    gradient: &Tensor<Vector<F, N>>,
    output: &mut Tensor<Vector<F, N>>,
    width: usize,
    rows: usize,
    columns: usize,
    #[define(F)] _dtype: StorageType,
) {
    if ABSOLUTE_POS >= output.len() {
        terminate!();
    }
    let vectors = output.shape(1) / output.vector_size();
    let (pixel, vector) = (ABSOLUTE_POS / vectors, ABSOLUTE_POS % vectors);
    // Lines of all pictures follow each other in both, so that pictures need no telling apart.
    let (line, x) = (pixel / width, pixel % width);
    let fine = width * columns;
    let mut sum = Vector::<f32, N>::new(0.0f32);
    for row in 0..rows {
        let first = (line * rows + row) * fine + x * columns;
        for column in 0..columns {
            sum += load::<F, N>(gradient, first + column, vector);
        }
    }
    output[ABSOLUTE_POS] = Vector::cast_from(sum);
}
