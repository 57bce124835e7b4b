//! Random inputs of an operation.

use burn::tensor::backend::Backend;
use burn::tensor::{Distribution, Tensor, TensorData};

use super::case::Case;
use crate::context::device::{HOST, Host};
use scalenas_base::Size;

/// Inputs of an operation, and a gradient of its result.
pub struct Inputs {
    pub features: Vec<TensorData>,
    pub weights: Vec<TensorData>,
    pub gradient: TensorData,
}

impl Inputs {
    /// Random values, equal in every run.
    pub fn random(case: &Case, batch: usize) -> Self {
        Host::seed(&HOST, 1);
        match *case {
            Case::Conv { input, output, kernel, stride, size: Size { height, width } } => Self {
                features: vec![normal([batch, input, height, width])],
                weights: vec![normal([output, input, kernel, kernel])],
                gradient: normal([batch, output, height / stride, width / stride]),
            },
            Case::Norm { channels, size: Size { height, width } } => {
                let shape = [batch, channels, height, width];
                Self {
                    features: vec![normal(shape), normal(shape)],
                    weights: vec![normal([channels]), normal([channels])],
                    gradient: normal(shape),
                }
            }
            Case::Fuse { channels, size: Size { height, width }, factor }
            | Case::Blend { channels, size: Size { height, width }, factor } => {
                let shape = [batch, channels, height, width];
                Self {
                    features: vec![
                        normal(shape),
                        normal([batch, channels, height / factor, width / factor]),
                    ],
                    weights: Vec::new(),
                    gradient: normal(shape),
                }
            }
            Case::Likelihood { classes, size: Size { height, width }, factor } => Self {
                features: vec![normal([batch, classes, height / factor, width / factor])],
                weights: Vec::new(),
                gradient: normal([batch, 1, height, width]),
            },
        }
    }
}

fn normal<const D: usize>(shape: [usize; D]) -> TensorData {
    Tensor::<Host, D>::random(shape, Distribution::Normal(0.0, 1.0), &HOST).into_data()
}
