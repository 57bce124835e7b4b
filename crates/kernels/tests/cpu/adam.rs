//! Steps of Adam against arithmetic in float64.

use burn::tensor::{Tensor, TensorPrimitive};
use burn_flex::FlexDevice;
use scalenas_kernels::{AdamStep, AdamValues, KernelBackend};

use crate::common::{B, on_all_levels, tensor, vec};

const LIMIT: f64 = 1e-6;

/// Parameter, mean and mean of squares after a step, in float64.
fn expected(values: [f64; 3], gradient: f64, step: AdamStep) -> [f64; 3] {
    let [weight, mean, square] = values;
    let mean = step.beta_1 * mean + (1.0 - step.beta_1) * gradient;
    let square = step.beta_2 * square + (1.0 - step.beta_2) * gradient * gradient;
    let time = i32::try_from(step.time).expect("few steps");
    let corrected = mean / (1.0 - step.beta_1.powi(time));
    let root = (square / (1.0 - step.beta_2.powi(time))).sqrt();
    [step.keep * weight - step.learning_rate * corrected / (root + step.epsilon), mean, square]
}

fn check(shape: [usize; 4], time: usize, keep: f64) {
    let step =
        AdamStep { learning_rate: 1e-2, beta_1: 0.9, beta_2: 0.999, epsilon: 1e-8, keep, time };
    let tensors: Vec<Tensor<B, 4>> = (0..4).map(|seed| tensor(shape, seed)).collect();
    // Means of squares are not negative.
    let tensors =
        [&tensors[0], &tensors[1], &tensors[2].clone().abs(), &tensors[3]].map(Clone::clone);
    let held = tensors.clone();
    let [weight, mean, square, gradient] = tensors.map(|t| t.into_primitive().tensor());
    let values = AdamValues { weight, mean, square };
    let lift = |t| vec(&Tensor::<B, 4>::from_primitive(TensorPrimitive::Float(t)));
    let before = held.clone().map(|t| vec(&t));
    let AdamValues { weight, mean, square } = B::adam(values, gradient, step);
    let got = [lift(weight), lift(mean), lift(square)];
    // Inputs that somebody still holds are left as they were.
    assert_eq!(held.map(|t| vec(&t)), before);
    for index in 0..before[0].len() {
        let [w, m, s, g] = [0, 1, 2, 3].map(|k| f64::from(before[k][index]));
        for (got, want) in got.iter().zip(expected([w, m, s], g, step)) {
            let error = (f64::from(got[index]) - want).abs();
            assert!(error <= LIMIT * want.abs().max(1.0), "{shape:?} at {index}: {error}");
        }
    }
}

#[test]
fn equals_float64() {
    on_all_levels(|| {
        for time in [1, 2, 1000, usize::MAX >> 33] {
            check([3, 5, 3, 3], time, 1.0);
            check([1, 1, 1, 1], time, 0.999);
        }
        check([64, 128, 3, 3], 7, 0.99);
    });
}

/// Addresses of parameter, mean and mean of squares.
fn addresses(values: &AdamValues<B>) -> [*const u8; 3] {
    [&values.weight, &values.mean, &values.square].map(|tensor| tensor.bytes().as_ptr())
}

#[test]
fn values_that_nobody_else_holds_stay_where_they_are() {
    let make = |seed| tensor::<B, 4>([64, 32, 3, 3], seed).abs().into_primitive().tensor();
    let step = AdamStep {
        learning_rate: 1e-2,
        beta_1: 0.9,
        beta_2: 0.999,
        epsilon: 1e-8,
        keep: 1.0,
        time: 1,
    };
    let values = AdamValues::<B> { weight: make(1), mean: make(2), square: make(3) };
    let before = addresses(&values);
    let values = B::adam(values, make(4), step);
    assert_eq!(addresses(&values), before);
    // The framework's learner holds the weight while it steps: only that one moves.
    let held = values.weight.clone();
    let [_, mean, square] = before;
    let after = addresses(&B::adam(values, make(5), step));
    assert_eq!(after[1..], [mean, square]);
    assert_ne!(after[0], held.bytes().as_ptr());
}

#[test]
fn steps_in_place_equal_steps_aside() {
    let step = |time| AdamStep {
        learning_rate: 1e-2,
        beta_1: 0.9,
        beta_2: 0.999,
        epsilon: 1e-8,
        keep: 1.0,
        time,
    };
    let run = |hold: bool| {
        let make = |seed| tensor::<B, 4>([7, 11, 3, 3], seed).into_primitive().tensor();
        let mut values = AdamValues::<B> {
            weight: make(1),
            mean: Tensor::<B, 4>::zeros([7, 11, 3, 3], &FlexDevice).into_primitive().tensor(),
            square: Tensor::<B, 4>::zeros([7, 11, 3, 3], &FlexDevice).into_primitive().tensor(),
        };
        let mut held = Vec::new();
        for time in 1..5 {
            if hold {
                held.push(values.clone());
            }
            values = B::adam(values, make(time as u64 + 10), step(time));
        }
        vec(&Tensor::<B, 4>::from_primitive(TensorPrimitive::Float(values.weight)))
    };
    assert_eq!(run(false), run(true));
}
