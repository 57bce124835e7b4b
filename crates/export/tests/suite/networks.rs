//! Native networks in which every layer matters, and pictures, all from seeds.

use burn::backend::Flex;
use burn::backend::flex::FlexDevice;
use burn::tensor::{Tensor, TensorData};
use rand::RngExt;
use scalenas_base::Size;
use scalenas_data::Framing;
use scalenas_export::{NamedTensors, Source};
use scalenas_model::{Absent, Calibration, NamedParameters, ScaleNet, Supernet};
use scalenas_space::{Architecture, SpaceSpec, rng, sample};

/// Height and width of the pictures; different, so that an exchange shows.
pub const INPUT: Size = Size::new(96, 64);
/// Factor that makes initial weights (deviation 0.001) large enough that every layer matters.
const GAIN: f32 = 100.0;
/// The device.
pub const DEVICE: FlexDevice = FlexDevice;

/// Normalised pictures `[batch, 3, height, width]`.
pub fn pictures(seed: u64, batch: usize) -> TensorData {
    let mut random = rng::stream(seed, "pictures", &[]);
    let shape = [batch, 3, INPUT.height, INPUT.width];
    let values: Vec<f32> =
        (0..shape.iter().product()).map(|_| random.random_range(-2.0f32..2.0)).collect();
    TensorData::new(values, shape)
}

/// Three architectures: the largest, that of HRNet and a random one.
pub fn architectures(space: &SpaceSpec) -> [Architecture; 3] {
    let random = sample::uniform(space, &mut rng::stream(3, "architectures", &[]));
    [Architecture::largest(space), Architecture::hrnet(space), random]
}

/// A calibrated network of an architecture, and what it is exported from.
pub fn network(space: &SpaceSpec, architecture: &Architecture) -> (ScaleNet<Flex>, Source) {
    let mut supernet = Supernet::<Flex>::new(space, 1, &DEVICE);
    let mut weights = supernet.to_named();
    let mut random = rng::stream(1, "norms", &[]);
    for data in weights.values_mut() {
        let is_norm = data.shape.len() == 1;
        let values = data.iter::<f32>().map(|value| {
            if is_norm { value + random.random_range(-0.2f32..0.2) } else { value * GAIN }
        });
        *data = TensorData::new(values.collect::<Vec<f32>>(), data.shape.clone());
    }
    supernet.load_named(&weights, Absent::Refuse, "scaled").unwrap();
    let mut calibration = Calibration::new(&supernet, supernet.plan(architecture));
    calibration.add(Tensor::from_data(pictures(7, 2), &DEVICE));
    let network = supernet.extract(architecture, &calibration.finish());
    let source = Source {
        space: space.clone(),
        architecture: architecture.clone(),
        tensors: tensors(&network),
        input: INPUT,
        framing: Framing::default(),
    };
    (network, source)
}

fn tensors(network: &ScaleNet<Flex>) -> NamedTensors {
    let mut tensors = network.layers().to_named();
    tensors.extend(network.statistics().to_named());
    let plain = |data: TensorData| scalenas_export::Tensor {
        shape: data.shape.to_vec(),
        values: data.iter::<f32>().collect(),
    };
    tensors.into_iter().map(|(name, data)| (name, plain(data))).collect()
}
