//! Shapes that disagree: every operation refuses them, whatever the argument.

use burn::tensor::Tensor;
use burn_flex::FlexDevice;
use proptest::prelude::*;
use scalenas_kernels::{Activation, ConvGeometry, ops};

use crate::common::disagreement::{Sizes, check};
use crate::common::{B, tensor};

proptest! {
    #![proptest_config(ProptestConfig::with_cases(8))]
    #[test]
    fn are_refused(
        batch in 1usize..4, input in 1usize..40, output in 1usize..40, height in 2usize..9,
        width in 2usize..9, kernel in 0usize..2, stride in 1usize..3,
    ) {
        let kernel = kernel * 2 + 1;
        let sizes = Sizes { batch, input, output, size: [height, width], kernel, stride };
        check::<B>(sizes);
    }
}

#[test]
#[should_panic(expected = "fuse: an edge has shape [1, 8, 13, 13]")]
fn an_edge_that_is_no_whole_times_smaller() {
    let (target, edge): (Tensor<B, 4>, _) = (tensor([1, 8, 25, 25], 1), tensor([1, 8, 13, 13], 2));
    ops::fuse(target, vec![edge], Activation::Relu);
}

#[test]
#[should_panic(expected = "fuse: an edge has shape [1, 8, 4, 8]")]
fn an_edge_that_is_repeated_in_one_direction() {
    let (target, edge): (Tensor<B, 4>, _) = (tensor([1, 8, 8, 8], 1), tensor([1, 8, 4, 8], 2));
    ops::fuse(target, vec![edge], Activation::Relu);
}

#[test]
#[should_panic(expected = "larger than x of shape [1, 8, 2, 9]")]
fn a_kernel_larger_than_the_input() {
    let x: Tensor<B, 4> = tensor([1, 8, 2, 9], 1);
    ops::conv(x, tensor([8, 8, 3, 3], 2), ConvGeometry { stride: 1, padding: 0 });
}

#[test]
#[should_panic(expected = "conv: stride 0")]
fn a_stride_of_nothing() {
    let x: Tensor<B, 4> = tensor([1, 8, 9, 9], 1);
    ops::conv(x, tensor([8, 8, 3, 3], 2), ConvGeometry { stride: 0, padding: 1 });
}

#[test]
fn nothing_to_do_is_no_disagreement() {
    let empty: Tensor<B, 4> = Tensor::zeros([0, 8, 4, 4], &FlexDevice);
    let geometry = ConvGeometry { stride: 1, padding: 1 };
    assert_eq!(ops::conv(empty.clone(), tensor([16, 8, 3, 3], 1), geometry).dims(), [0, 16, 4, 4]);
    let edge: Tensor<B, 4> = Tensor::zeros([0, 8, 2, 2], &FlexDevice);
    assert_eq!(ops::fuse(empty, vec![edge], Activation::Relu).dims(), [0, 8, 4, 4]);
}
