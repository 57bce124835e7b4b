//! Parameters under their PyTorch checkpoint names: the only way into a network and out of it.

use std::collections::BTreeMap;

use burn::module::Param;
use burn::tensor::backend::Backend;
use burn::tensor::{Tensor, TensorData};

use crate::error::{Error, Result};

/// Tensors by checkpoint name, in name order.
pub type NamedTensors = BTreeMap<String, TensorData>;

/// One learnable tensor of a network.
pub enum Parameter<'a, B: Backend> {
    /// Convolution weight `[out, in, kernel, kernel]`.
    Kernel(&'a mut Param<Tensor<B, 4>>),
    /// Bias, scale or shift `[channels]`.
    Vector(&'a mut Param<Tensor<B, 1>>),
}

impl<B: Backend> Parameter<'_, B> {
    /// Shape of the tensor.
    pub fn shape(&self) -> Vec<usize> {
        match self {
            Self::Kernel(parameter) => parameter.val().dims().to_vec(),
            Self::Vector(parameter) => parameter.val().dims().to_vec(),
        }
    }

    /// Values of the tensor.
    pub fn to_data(&self) -> TensorData {
        match self {
            Self::Kernel(parameter) => parameter.val().to_data(),
            Self::Vector(parameter) => parameter.val().to_data(),
        }
    }

    /// Replaces the values; the parameter keeps its identity for optimisers.
    fn set(&mut self, data: TensorData) {
        match self {
            Self::Kernel(parameter) => replace(parameter, data),
            Self::Vector(parameter) => replace(parameter, data),
        }
    }
}

fn replace<B: Backend, const D: usize>(parameter: &mut Param<Tensor<B, D>>, data: TensorData) {
    let device = parameter.val().device();
    *parameter = parameter.clone().map(|old| {
        let fresh = Tensor::from_data(data, &device);
        if old.is_require_grad() { fresh.require_grad() } else { fresh }
    });
}

/// Treatment of tensors that the source lacks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Absent {
    /// An error that names the first one.
    Refuse,
    /// The network keeps its own value.
    Keep,
}

/// Tensors that a network took over from a source, and those that the source lacks.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Applied {
    /// Keys that were taken over.
    pub applied: Vec<String>,
    /// Keys of the network that the source lacks.
    pub missing: Vec<String>,
}

/// Networks whose parameters have checkpoint names.
pub trait NamedParameters<B: Backend>: Clone {
    /// Calls `visit` with every parameter, in the order of the layers.
    fn for_each(&mut self, visit: &mut dyn FnMut(&str, Parameter<'_, B>));

    /// Name of the first parameter with a value that is infinite or no number.
    fn first_not_finite(&self) -> Option<String> {
        let mut found = None;
        self.clone().for_each(&mut |name, parameter| {
            let finite = || parameter.to_data().convert::<f32>().iter::<f32>().all(f32::is_finite);
            if found.is_none() && !finite() {
                found = Some(name.to_owned());
            }
        });
        found
    }

    /// All values by name.
    fn to_named(&self) -> NamedTensors {
        let mut tensors = NamedTensors::new();
        // Parameters are shared handles: the clone copies no values.
        self.clone().for_each(&mut |name, parameter| {
            tensors.insert(name.to_owned(), parameter.to_data());
        });
        tensors
    }
}

/// Replaces a network's values by those of the same name, after checking every shape, so that an error
/// changes nothing.
///
/// # Errors
/// Names key and both shapes where they differ, and the first absent key if `absent` refuses.
pub fn apply<B: Backend, N: NamedParameters<B>>(
    network: &mut N,
    tensors: &NamedTensors,
    absent: Absent,
    origin: &str,
    space: &str,
) -> Result<Applied> {
    let outcome = check(network, tensors, origin, space)?;
    if let (Absent::Refuse, Some(first)) = (absent, outcome.missing.first()) {
        return Err(Error::Missing {
            origin: origin.to_owned(),
            network: space.to_owned(),
            count: outcome.missing.len(),
            first: first.clone(),
        });
    }
    network.for_each(&mut |name, mut parameter| {
        if let Some(data) = tensors.get(name) {
            parameter.set(data.clone());
        }
    });
    Ok(outcome)
}

fn check<B: Backend, N: NamedParameters<B>>(
    network: &mut N,
    tensors: &NamedTensors,
    origin: &str,
    space: &str,
) -> Result<Applied> {
    let mut outcome = Applied::default();
    let mut mismatch = None;
    network.for_each(&mut |name, parameter| match tensors.get(name) {
        None => outcome.missing.push(name.to_owned()),
        Some(data) => {
            let expected = parameter.shape();
            if data.shape.as_slice() != expected.as_slice() && mismatch.is_none() {
                mismatch = Some(Error::Shape {
                    key: name.to_owned(),
                    origin: origin.to_owned(),
                    network: space.to_owned(),
                    found: data.shape.to_vec(),
                    expected,
                });
            }
            outcome.applied.push(name.to_owned());
        }
    });
    mismatch.map_or(Ok(outcome), Err)
}
