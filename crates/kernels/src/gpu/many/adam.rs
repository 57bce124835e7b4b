//! A step of Adam on many parameters per launch.

#![expect(unsafe_code, reason = "kernels check bounds themselves, where a thread may leave them")]

use burn_cubecl::tensor::CubeTensor;
use burn_cubecl::{CubeRuntime, cubecl};
use cubecl::prelude::*;

use super::{THREADS, in_order, lanes, most, owned, with_axes};
use crate::gpu::maps::new_like;
use crate::types::AdamStep;

/// Tensors per parameter: weight before and after, both means, gradient.
const TENSORS: usize = 5;

/// A parameter with its means and its gradient, side by side in one order of values.
pub(in crate::gpu) struct Parameter<R: CubeRuntime> {
    /// The weight before the step, where others hold it still; else the step is in place.
    before: Option<CubeTensor<R>>,
    /// Weight, mean, mean of squares.
    values: [CubeTensor<R>; 3],
    gradient: CubeTensor<R>,
    step: AdamStep,
}

impl<R: CubeRuntime> Parameter<R> {
    /// Values may be stored in any order.
    pub fn new(values: [CubeTensor<R>; 3], gradient: CubeTensor<R>, step: AdamStep) -> Self {
        let [weight, mean, square] = values.map(in_order);
        let before = (!weight.can_mut()).then(|| weight.clone());
        let weight = if before.is_some() { new_like(&weight) } else { weight };
        let values = [weight, owned(mean), owned(square)];
        Self { before, values, gradient: in_order(gradient), step }
    }

    fn len(&self) -> usize {
        self.gradient.meta.num_elements()
    }

    fn lanes(&self) -> usize {
        lanes(self.len())
    }

    fn into_values(self) -> [CubeTensor<R>; 3] {
        self.values.map(with_axes)
    }
}

/// New values of all parameters, in their order.
pub(in crate::gpu) fn step_all<R: CubeRuntime>(
    parameters: Vec<Parameter<R>>,
) -> Vec<[CubeTensor<R>; 3]> {
    let mut order: Vec<usize> = (0..parameters.len()).collect();
    // Parameters of one launch share a grid, which fits best if they are of like length.
    order.sort_by_key(|&index| {
        let parameter = &parameters[index];
        (parameter.lanes(), parameter.before.is_some(), parameter.len())
    });
    let sorted: Vec<&Parameter<R>> = order.iter().map(|&index| &parameters[index]).collect();
    for group in sorted.chunk_by(|a, b| is_alike(a, b)) {
        for chunk in group.chunks(most(&group[0].gradient, TENSORS)) {
            launch(chunk);
        }
    }
    parameters.into_iter().map(Parameter::into_values).collect()
}

/// Whether one launch can take both: the number of the step may differ.
fn is_alike<R: CubeRuntime>(a: &Parameter<R>, b: &Parameter<R>) -> bool {
    a.lanes() == b.lanes()
        && a.before.is_some() == b.before.is_some()
        && AdamStep { time: b.step.time, ..a.step } == b.step
}

fn launch<R: CubeRuntime>(parameters: &[&Parameter<R>]) {
    let first = parameters[0];
    let lanes = first.lanes();
    let longest = parameters.iter().map(|parameter| parameter.len() / lanes).max().unwrap_or(0);
    let cubes = u32::try_from(longest.div_ceil(THREADS as usize)).expect("addressable");
    let array = |tensor: &CubeTensor<R>| tensor.clone().into_array_arg();
    let values = |index: usize| parameters.iter().map(|p| array(&p.values[index])).collect();
    let rule = first.step;
    // SAFETY: threads beyond the last value of their parameter do nothing.
    unsafe {
        update::launch_unchecked(
            &first.gradient.client,
            CubeCount::Static(cubes, parameters.len() as u32, 1),
            CubeDim::new_1d(THREADS),
            lanes,
            parameters.iter().map(|parameter| array(&parameter.gradient)).collect(),
            parameters
                .iter()
                .filter_map(|parameter| parameter.before.as_ref())
                .map(array)
                .collect(),
            values(0),
            values(1),
            values(2),
            parameters.iter().map(|parameter| root(parameter.step)).collect(),
            parameters.iter().map(|parameter| rate(parameter.step)).collect(),
            rule.beta_1 as f32,
            (1.0 - rule.beta_1) as f32,
            rule.beta_2 as f32,
            (1.0 - rule.beta_2) as f32,
            rule.epsilon as f32,
            rule.keep as f32,
            first.before.is_none(),
        );
    }
}

/// Inverse root of the second correction.
fn root(step: AdamStep) -> f32 {
    step.corrections()[1].sqrt().recip() as f32
}

/// Learning rate over the first correction.
fn rate(step: AdamStep) -> f32 {
    (step.learning_rate / step.corrections()[0]) as f32
}

/// Cubes along x share a parameter, those along y take the others.
#[cube(launch_unchecked)]
fn update<N: Size>(
    gradients: &Sequence<Array<Vector<f32, N>>>,
    before: &Sequence<Array<Vector<f32, N>>>,
    weights: &mut Sequence<Array<Vector<f32, N>>>,
    means: &mut Sequence<Array<Vector<f32, N>>>,
    squares: &mut Sequence<Array<Vector<f32, N>>>,
    roots: &Sequence<f32>,
    rates: &Sequence<f32>,
    keep_mean: f32,
    take_mean: f32,
    keep_square: f32,
    take_square: f32,
    epsilon: f32,
    keep: f32,
    #[comptime] is_in_place: bool,
) {
    let at = CUBE_POS_X as usize * CUBE_DIM_X as usize + UNIT_POS_X as usize;
    #[unroll]
    for parameter in 0..gradients.len() {
        if CUBE_POS_Y as usize == parameter {
            let gradient = gradients.index(parameter);
            if at < gradient.len() {
                let weight = weights.index_mut(parameter);
                let mean = means.index_mut(parameter);
                let square = squares.index_mut(parameter);
                let g = gradient[at];
                let m = Vector::new(keep_mean) * mean[at] + Vector::new(take_mean) * g;
                let v = Vector::new(keep_square) * square[at] + Vector::new(take_square) * (g * g);
                mean[at] = m;
                square[at] = v;
                let scale =
                    Vector::sqrt(v) * Vector::new(*roots.index(parameter)) + Vector::new(epsilon);
                let change = Vector::new(*rates.index(parameter)) * (m / scale);
                if is_in_place {
                    weight[at] = Vector::new(keep) * weight[at] - change;
                } else {
                    weight[at] = Vector::new(keep) * before.index(parameter)[at] - change;
                }
            }
        }
    }
}
