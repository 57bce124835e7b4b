//! Losses of bottom-up pose and their gradients against the HigherHRNet reference's.

#![allow(clippy::unwrap_used, reason = "a panic is a failed test")]

use crate::golden::{data, relative};
use burn::backend::flex::FlexDevice;
use burn::backend::{Autodiff, Flex};
use burn::tensor::{Tensor, TensorData};
use safetensors::SafeTensors;
use scalenas_train::bottom_up::{TagGroups, masked_mse};

const LOSS: f64 = 1e-5;
const GRADIENT: f64 = 1e-3;

/// Rows and columns of the upper left corner that did not count in the reference; the file does not
/// say so.
const MASKED: [usize; 2] = [20, 30];

type Train = Autodiff<Flex>;

/// Positions of each person's tags in the scene of a picture.
fn people(file: &SafeTensors<'_>, picture: usize) -> Vec<Vec<usize>> {
    let joints = data(file, &format!("target/{picture}/joints"));
    let pairs: Vec<f32> = joints.to_vec().unwrap();
    // Positions are below 2^24: exact as float32.
    let person = |pairs: &[f32]| -> Vec<usize> {
        pairs.chunks_exact(2).filter(|pair| pair[1] > 0.0).map(|pair| pair[0] as usize).collect()
    };
    let people = pairs.chunks_exact(2 * joints.shape[1]).map(person);
    people.filter(|tags| !tags.is_empty()).collect()
}

#[test]
#[cfg_attr(not(reference_data), ignore = "no reference data: set SCALENAS_SHARED")]
fn pull_push_and_their_gradient_equal_the_reference() {
    let bytes = crate::golden::read("golden/bottom_up/bottom_up.safetensors");
    let file = SafeTensors::deserialize(&bytes).unwrap();
    let tags = data(&file, "ae/tags");
    let pictures = tags.shape[0];
    let size: usize = tags.shape[1..].iter().product();
    let mut flat = vec![0.0f32; pictures * size];
    for picture in 0..pictures {
        let values: Vec<f32> = tags.to_vec().unwrap();
        let shape = [1, tags.shape[1], tags.shape[2], tags.shape[3]];
        let own = TensorData::new(values[picture * size..][..size].to_vec(), shape);
        let own = Tensor::<Train, 4>::from_data(own, &FlexDevice).require_grad();
        let groups = TagGroups::new(&[people(&file, picture)], size, &FlexDevice);
        let (pull, push) = groups.losses(own.clone());
        for (name, found) in [("pull", &pull), ("push", &push)] {
            let expected: Vec<f32> = data(&file, &format!("ae/{name}")).to_vec().unwrap();
            let found = found.clone().into_scalar();
            let error = (found - expected[picture]).abs() / expected[picture].abs().max(1e-6);
            assert!(f64::from(error) < LOSS, "{name} of {picture}: {found}, {expected:?}");
        }
        let gradients = (pull + push).backward();
        let gradient: Vec<f32> = own.grad(&gradients).unwrap().into_data().to_vec().unwrap();
        flat[picture * size..][..size].copy_from_slice(&gradient);
    }
    let index: Vec<f32> = data(&file, "ae/grad_index").to_vec().unwrap();
    let at = |pair: &[f32]| flat[pair[0] as usize * size + pair[1] as usize];
    let found: Vec<f32> = index.chunks_exact(2).map(at).collect();
    let expected = data(&file, "ae/grad_value");
    let shape = expected.shape.clone();
    let error = relative(&TensorData::new(found, shape), &expected);
    assert!(error < GRADIENT, "gradient: {error}");
    let used = index.chunks_exact(2).count();
    assert_eq!(flat.iter().filter(|value| **value != 0.0).count(), used);
}

#[test]
#[cfg_attr(not(reference_data), ignore = "no reference data: set SCALENAS_SHARED")]
fn the_heatmap_loss_equals_the_reference() {
    let bytes = crate::golden::read("golden/bottom_up/bottom_up.safetensors");
    let file = SafeTensors::deserialize(&bytes).unwrap();
    let prediction = data(&file, "heatmap_loss/prediction");
    let [pictures, joints, height, width] = prediction.shape[..] else { panic!("four sizes") };
    let values: Vec<f32> = data(&file, "heatmap_loss/value").to_vec().unwrap();
    let prediction = Tensor::<Flex, 4>::from_data(prediction, &FlexDevice);
    for (picture, expected) in values.iter().enumerate().take(pictures) {
        let target = data(&file, &format!("target/{picture}/heatmaps"));
        let target = Tensor::<Flex, 3>::from_data(target, &FlexDevice);
        let target = target.reshape([1, joints, height, width]);
        let mask = Tensor::<Flex, 3>::ones([1, height, width], &FlexDevice);
        let mask = mask.slice_fill([0..1, 0..MASKED[0], 0..MASKED[1]], 0.0);
        let own = prediction.clone().narrow(0, picture, 1);
        let found = masked_mse(own, target, mask).into_scalar();
        assert!(f64::from((found / expected - 1.0).abs()) < LOSS, "{picture}: {found}, {expected}");
    }
}

#[test]
fn nobody_and_one_person_have_nothing_to_push() {
    let tags = Tensor::<Train, 4>::ones([2, 2, 1, 2], &FlexDevice);
    for people in [vec![vec![], vec![]], vec![vec![vec![0, 3]], vec![]]] {
        let groups = TagGroups::new(&people, 4, &FlexDevice);
        let (pull, push) = groups.losses(tags.clone());
        assert!(pull.into_scalar() == 0.0 && push.into_scalar() == 0.0);
    }
}
