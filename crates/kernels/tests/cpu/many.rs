//! Operations on many tensors against arithmetic in float64.

use burn::tensor::ops::FloatTensor;
use burn::tensor::{Tensor, TensorPrimitive};
use scalenas_kernels::KernelBackend;

use crate::common::{B, channels_last, on_all_levels, tensor, vec};

/// Relative error allowed.
const LIMIT: f64 = 1e-6;
/// One value, a last vector that is not full, several tasks.
const SHAPES: [[usize; 4]; 4] = [[1, 1, 1, 1], [3, 5, 3, 3], [17, 8, 1, 1], [96, 96, 3, 3]];

fn lower(tensor: Tensor<B, 4>) -> FloatTensor<B> {
    tensor.into_primitive().tensor()
}

fn lift(tensor: FloatTensor<B>) -> Vec<f64> {
    let tensor = Tensor::<B, 4>::from_primitive(TensorPrimitive::Float(tensor));
    vec(&tensor).into_iter().map(f64::from).collect()
}

/// Random tensors of all shapes; every second one is stored channels last.
fn tensors(seed: u64) -> Vec<Tensor<B, 4>> {
    let random = |(index, shape): (usize, &[usize; 4])| {
        let plain = tensor(*shape, seed + index as u64);
        if index % 2 == 0 { plain } else { channels_last(&plain) }
    };
    SHAPES.iter().enumerate().map(random).collect()
}

fn lowered(tensors: &[Tensor<B, 4>]) -> Vec<FloatTensor<B>> {
    tensors.iter().cloned().map(lower).collect()
}

fn close(found: f64, wanted: f64) {
    assert!((found - wanted).abs() <= LIMIT * wanted.abs().max(1.0), "{found} instead of {wanted}");
}

#[test]
fn averages_move_towards_their_values() {
    on_all_levels(|| {
        let (averages, values) = (tensors(1), tensors(11));
        // All are held here, too, and stay as they are.
        let moved = B::average_all(lowered(&averages), lowered(&values), 0.9);
        for ((moved, average), value) in moved.into_iter().zip(&averages).zip(&values) {
            let (average, value) = (vec(average), vec(value));
            for ((moved, &average), &value) in lift(moved).into_iter().zip(&average).zip(&value) {
                close(moved, 0.9 * f64::from(average) + 0.1 * f64::from(value));
            }
        }
        for (average, shape) in averages.iter().zip(SHAPES) {
            assert_eq!(average.dims(), shape);
        }
        assert_eq!(vec(&averages[1]), vec(&tensors(1)[1]));
    });
}

#[test]
fn squares_are_added_up() {
    on_all_levels(|| {
        let tensors = tensors(3);
        let all = tensors.iter().flat_map(vec);
        let wanted: f64 = all.map(|value| f64::from(value).powi(2)).sum();
        let found = B::square_sum(lowered(&tensors));
        let found = Tensor::<B, 1>::from_primitive(TensorPrimitive::Float(found)).into_scalar();
        close(f64::from(found) / wanted, 1.0);
    });
}

#[test]
fn what_is_not_a_number_shows_in_the_sum() {
    on_all_levels(|| {
        for value in [f32::NAN, f32::INFINITY] {
            let broken = Tensor::<B, 4>::full([1, 2, 3, 3], value, &burn_flex::FlexDevice);
            let found = B::square_sum(vec![lower(tensor([5, 5, 3, 3], 1)), lower(broken)]);
            let found = Tensor::<B, 1>::from_primitive(TensorPrimitive::Float(found)).into_scalar();
            assert_eq!((found.is_nan(), found.is_infinite()), (value.is_nan(), !value.is_nan()));
        }
    });
}

#[test]
fn a_factor_scales_all() {
    on_all_levels(|| {
        let tensors = tensors(5);
        let factor = Tensor::<B, 1>::from_floats([0.3], &burn_flex::FlexDevice);
        let scaled = B::scale_all(lowered(&tensors), factor.into_primitive().tensor());
        for (scaled, tensor) in scaled.into_iter().zip(&tensors) {
            for (scaled, value) in lift(scaled).into_iter().zip(vec(tensor)) {
                close(scaled, f64::from(0.3f32) * f64::from(value));
            }
        }
    });
}

#[test]
fn tensors_that_nobody_else_holds_stay_where_they_are() {
    let make = |seed| lower(tensor([64, 32, 3, 3], seed));
    let factor = || Tensor::<B, 1>::from_floats([0.5], &burn_flex::FlexDevice);
    let average = make(1);
    let address = average.bytes().as_ptr();
    let moved = B::average_all(vec![average], vec![make(2)], 0.5);
    assert_eq!(moved[0].bytes().as_ptr(), address);
    let scaled = B::scale_all(moved, factor().into_primitive().tensor());
    assert_eq!(scaled[0].bytes().as_ptr(), address);
}

#[test]
#[should_panic(expected = "average_all: a value has shape [1, 2, 1, 1]")]
fn averages_have_the_shapes_of_their_values() {
    let [average, value] = [[2, 1, 1, 1], [1, 2, 1, 1]].map(|shape| lower(tensor(shape, 1)));
    B::average_all(vec![average], vec![value], 0.5);
}

#[test]
#[should_panic(expected = "average_all: 0 values, but there are 1 averages")]
fn averages_have_a_value_each() {
    B::average_all(vec![lower(tensor([2, 1, 1, 1], 1))], Vec::new(), 0.5);
}

#[test]
#[should_panic(expected = "scale_all: the factor has shape [2]")]
fn a_factor_is_one_value() {
    let factor = Tensor::<B, 1>::from_floats([0.5, 0.5], &burn_flex::FlexDevice);
    B::scale_all(vec![lower(tensor([2, 1, 1, 1], 1))], factor.into_primitive().tensor());
}
