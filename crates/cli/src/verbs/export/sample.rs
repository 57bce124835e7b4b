//! Pictures and the native outputs for them, with which any runtime can be checked.

use anyhow::Result;
use burn::tensor::{Distribution, Tensor, TensorData};
use scalenas_base::Size;
use scalenas_export::{Length, Output as Port};
use scalenas_kernels::KernelBackend;

use crate::networks::single::Single;
use crate::task::room;

/// Pictures of a sample.
const PICTURES: usize = 4;

/// Training pictures of the run, or noise where there are none of the size of the input.
pub fn images<B: KernelBackend>(
    single: &Single<B>,
    input: Size,
    device: &B::Device,
) -> Tensor<B, 4> {
    let fits = |images: &&Tensor<B, 4>| images.dims()[2..] == [input.height, input.width];
    if let Some(images) = single.pictures.as_ref().filter(fits) {
        let count = images.dims()[0].min(PICTURES);
        return images.clone().narrow(0, 0, count);
    }
    B::seed(device, 0);
    let shape = [PICTURES, 3, input.height, input.width];
    Tensor::random(shape, Distribution::Normal(0.0, 1.0), device)
}

/// A safetensors file of `images` and every output under its name.
pub fn encode<B: KernelBackend>(
    single: &Single<B>,
    images: Tensor<B, 4>,
    outputs: &[Port],
    is_decoded: bool,
    input: Size,
) -> Result<Vec<u8>> {
    let count = images.dims()[0];
    let prediction = single.network.fold().predict(images.clone());
    let maps = [Some(prediction.coarse), prediction.fine];
    let maps: Vec<TensorData> = maps.into_iter().flatten().map(|map| map.to_data()).collect();
    let values = if is_decoded {
        let maps: Vec<f32> = maps[0].iter::<f32>().collect();
        room(single.head).decode(&maps, count, input)?
    } else {
        maps
    };
    // Outputs of a graph may leave out the axes of maps of one pixel.
    let named = outputs.iter().zip(values).map(|(port, mut value)| {
        let length = |length: &Length| match *length {
            Length::Any(_) => count,
            Length::Fixed(length) => length,
        };
        value.shape = port.shape.iter().map(length).collect::<Vec<_>>().into();
        (port.name.clone(), value)
    });
    let images = ("images".to_owned(), images.to_data());
    Ok(scalenas_model::to_safetensors(std::iter::once(images).chain(named))?)
}
