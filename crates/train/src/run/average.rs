//! Moving average of the weights: what a run validates and leaves, where its options ask for it.

use burn::module::Param;
use burn::tensor::Tensor;
use burn::tensor::backend::Backend;
use burn::tensor::ops::FloatTensor;
use scalenas_kernels::KernelBackend;
use scalenas_kernels::primitive::{lift, lower};
use scalenas_model::{NamedParameters, Parameter, Supernet};

/// Average of the weights over the steps of a run.
#[derive(Debug, Clone)]
pub(crate) struct Average<B: Backend> {
    decay: f64,
    supernet: Supernet<B>,
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
}

impl<B: KernelBackend> Average<B> {
    /// Takes in the weights after a step; `iterations` are done. The first steps count more, so that what a
    /// run started from is forgotten.
    pub fn update(&mut self, supernet: &Supernet<B>, iterations: u64) {
        let decay = self.decay.min((1 + iterations) as f64 / (10 + iterations) as f64);
        let mut values = Vec::new();
        supernet.clone().for_each(&mut |_, parameter| {
            values.push(match parameter {
                Parameter::Kernel(kernel) => lower(kernel.val()),
                Parameter::Vector(vector) => lower(vector.val()),
            });
        });
        let mut averages = Vec::new();
        self.supernet.for_each(&mut |_, parameter| {
            averages.push(match parameter {
                Parameter::Kernel(kernel) => take(kernel),
                Parameter::Vector(vector) => take(vector),
            });
        });
        let mut moved = B::average_all(averages, values, decay).into_iter();
        let mut next = || moved.next().expect("an average per parameter");
        self.supernet.for_each(&mut |_, parameter| match parameter {
            Parameter::Kernel(kernel) => give(kernel, next()),
            Parameter::Vector(vector) => give(vector, next()),
        });
    }
}

/// Takes a tensor out of its parameter, so that no other handle holds its memory.
fn take<B: Backend, const D: usize>(parameter: &mut Param<Tensor<B, D>>) -> FloatTensor<B> {
    let tensor = parameter.val();
    give(parameter, lower(Tensor::<B, D>::empty([1; D], &tensor.device())));
    lower(tensor)
}

fn give<B: Backend, const D: usize>(parameter: &mut Param<Tensor<B, D>>, tensor: FloatTensor<B>) {
    *parameter = Param::initialized(parameter.id, lift(tensor));
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
