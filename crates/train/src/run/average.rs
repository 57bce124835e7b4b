//! Moving average of the weights: what a run validates and leaves, where its options ask for it.

use std::collections::HashMap;

use burn::module::Param;
use burn::tensor::Tensor;
use burn::tensor::backend::Backend;
use scalenas_model::{NamedParameters, Parameter, Supernet};

/// Average of the weights over the steps of a run.
#[derive(Debug, Clone)]
pub(crate) struct Average<B: Backend> {
    decay: f64,
    supernet: Supernet<B>,
}

/// Weights by the names of their parameters.
struct Weights<B: Backend> {
    kernels: HashMap<String, Tensor<B, 4>>,
    vectors: HashMap<String, Tensor<B, 1>>,
}

impl<B: Backend> Weights<B> {
    fn of(supernet: &Supernet<B>) -> Self {
        let mut weights = Self { kernels: HashMap::new(), vectors: HashMap::new() };
        supernet.clone().for_each(&mut |name, parameter| match parameter {
            Parameter::Kernel(kernel) => {
                weights.kernels.insert(name.to_owned(), kernel.val());
            }
            Parameter::Vector(vector) => {
                weights.vectors.insert(name.to_owned(), vector.val());
            }
        });
        weights
    }
}

impl<B: Backend> Average<B> {
    /// Starts from weights.
    pub fn new(decay: f64, supernet: Supernet<B>) -> Self {
        Self { decay, supernet }
    }

    /// The averaged weights.
    pub fn supernet(&self) -> &Supernet<B> {
        &self.supernet
    }

    /// Takes in the weights after a step; `iterations` are done. The first steps count more, so that what a
    /// run started from is forgotten.
    pub fn update(&mut self, supernet: &Supernet<B>, iterations: u64) {
        let decay = self.decay.min((1 + iterations) as f64 / (10 + iterations) as f64);
        let mut weights = Weights::of(supernet);
        self.supernet.for_each(&mut |name, parameter| match parameter {
            Parameter::Kernel(kernel) => mix(kernel, weights.kernels.remove(name), decay),
            Parameter::Vector(vector) => mix(vector, weights.vectors.remove(name), decay),
        });
    }
}

fn mix<B: Backend, const D: usize>(
    average: &mut Param<Tensor<B, D>>,
    now: Option<Tensor<B, D>>,
    decay: f64,
) {
    let now = now.expect("the average is of the weights of the run");
    *average = average.clone().map(|before| before * decay + now * (1.0 - decay));
}

#[cfg(test)]
mod tests {
    use burn::backend::Flex;
    use burn::backend::flex::FlexDevice;
    use scalenas_space::SpaceSpec;

    use super::*;

    /// Every parameter follows the average in float64 over steps with other weights each.
    #[test]
    fn averages_follow_their_formula() {
        let spec = SpaceSpec::preset("tiny").expect("a preset");
        let drawn = |seed| Supernet::<Flex>::new(&spec, seed, &FlexDevice);
        let start = drawn(0);
        let mut expected: Vec<f64> = values(&start);
        let mut average = Average::new(0.5, start);
        for step in 1..=4 {
            let decay = 0.5f64.min((1 + step) as f64 / (10 + step) as f64);
            average.update(&drawn(step), step);
            for (value, now) in expected.iter_mut().zip(values(&drawn(step))) {
                *value = decay * *value + (1.0 - decay) * now;
            }
        }
        for (found, expected) in values(average.supernet()).iter().zip(&expected) {
            assert!((found - expected).abs() < 1e-6, "{found} {expected}");
        }
    }

    fn values(supernet: &Supernet<Flex>) -> Vec<f64> {
        let named = supernet.to_named();
        named.values().flat_map(|data| data.iter::<f64>().collect::<Vec<_>>()).collect()
    }
}
