//! Small supernets, architectures of every origin and pictures, all from seeds.

use burn::tensor::{Tensor, TensorData};
use rand::RngExt;
use scalenas_base::Size;
use scalenas_model::{Absent, BatchStatistics, Calibrated, Calibration, NamedParameters, Supernet};
use scalenas_space::plan::Plan;
use scalenas_space::vary::{MutationRates, crossover, mutate};
use scalenas_space::{Architecture, SpaceSpec, rng, sample};

use super::{Plain, device};

/// Height and width of the pictures.
pub const INPUT: Size = Size::new(64, 64);
/// Chance that a crossed module comes from the second parent.
const CROSSOVER: f64 = 0.5;
/// Factor that makes initial weights (deviation 0.001) large enough that every layer matters.
const GAIN: f32 = 100.0;

/// The small pose space.
pub fn spec() -> SpaceSpec {
    SpaceSpec::preset("tiny").expect("a preset")
}

/// Pictures `[batch, 3, height, width]` that differ by seed.
pub fn pictures(seed: u64, batch: usize) -> Tensor<Plain, 4> {
    let mut random = rng::stream(seed, "pictures", &[]);
    let shape = [batch, 3, INPUT.height, INPUT.width];
    let offset = 0.1 * seed as f32;
    let draw = |_| random.random_range(-1.0f32..1.0) + offset;
    let values: Vec<f32> = (0..shape.iter().product()).map(draw).collect();
    Tensor::from_data(TensorData::new(values, shape), &device())
}

/// A supernet in which every layer matters.
pub fn supernet(spec: &SpaceSpec) -> Supernet<Plain> {
    let mut supernet = Supernet::new(spec, 1, &device());
    let mut weights = supernet.to_named();
    for (name, data) in &mut weights {
        let gain = if name.contains("final") || name.contains("bn") { 1.0 } else { GAIN };
        let values: Vec<f32> = data.iter::<f32>().map(|value| value * gain).collect();
        *data = TensorData::new(values, data.shape.clone());
    }
    supernet.load_named(&weights, Absent::Refuse, "scaled").expect("its own names");
    supernet
}

/// Batch statistics of the layers of a plan on some pictures.
pub fn batch_statistics(
    supernet: &Supernet<Plain>,
    plan: &Plan,
    pictures: Tensor<Plain, 4>,
) -> BatchStatistics<Plain> {
    let mut batch = BatchStatistics::new();
    let _ = supernet.observe(pictures, plan, &mut batch);
    batch
}

/// An architecture calibrated on two batches.
pub fn calibrated(supernet: &Supernet<Plain>, architecture: &Architecture) -> Calibrated<Plain> {
    let mut calibration = Calibration::new(supernet, supernet.plan(architecture));
    for seed in 0..2 {
        calibration.add(pictures(seed, 2));
    }
    calibration.finish()
}

/// One architecture of each origin: sampled, sampled by group, mutated, crossed.
pub fn family(spec: &SpaceSpec, seed: u64) -> [Architecture; 4] {
    let mut random = rng::stream(seed, "family", &[]);
    let sampled = sample::uniform(spec, &mut random);
    let grouped = sample::grouped(spec, seed, seed);
    let mutated = mutate(spec, &sampled, &MutationRates::default(), &mut random);
    let crossed = crossover(&sampled, &grouped, CROSSOVER, &mut random);
    [sampled, grouped, mutated, crossed]
}
